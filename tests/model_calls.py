"""Calls of a Model, replies of a faked server, and what every error of a call has to hold to."""

import asyncio
import json
import time
from pathlib import Path

import httpx
import openai
import pytest

from rag import errors, model
from rag.model import Model

BASE = "http://model.test/v1"
KEY = "sk-a-key-that-is-never-told"
PROMPT = "The rescue of the whale took eleven hours and cost 40,000 crowns."
MESSAGES = [{"role": "system", "content": "Quote."}, {"role": "user", "content": PROMPT}]
BOTH = pytest.mark.parametrize("streamed", [False, True], ids=["complete", "stream"])

# Loads what the client loads at its first use, for no deadline to pay for it.
assert openai.AsyncOpenAI(api_key="none").chat.completions


def quicken(monkeypatch):
    """Retries wait for 10 ms, not half a second, and no client loads the system's certificates."""
    monkeypatch.setattr(model, "FIRST_WAIT", 0.01)
    monkeypatch.delenv("SSL_CERT_FILE", raising=False)
    monkeypatch.setenv("SSL_CERT_DIR", str(Path(__file__).parent))


async def others():
    """Tasks beside this one, once those that are about to end have ended."""
    until = time.monotonic() + 1
    while (left := asyncio.all_tasks() - {asyncio.current_task()}) and time.monotonic() < until:
        await asyncio.sleep(0)
    return left


async def collect(model, *, streamed, deadline):
    """All that a call gives: pieces, if it streams, and the Completion."""
    if not streamed:
        return [await model.complete(MESSAGES, deadline=deadline)]
    return [piece async for piece in model.stream(MESSAGES, deadline=deadline)]


def call(*, streamed, seconds=5.0, base_url=BASE, api_key=KEY, times=1):
    """What the last of some calls of one model gives."""

    async def go():
        asked = Model(name="test-model", base_url=base_url, api_key=api_key)
        try:
            for _ in range(times):
                deadline = asyncio.get_running_loop().time() + seconds
                got = await collect(asked, streamed=streamed, deadline=deadline)
        finally:
            await asked.close()
        assert not await others()
        return got

    return asyncio.run(go())


def fails(kind, *, streamed, seconds=5.0, **given):
    """The error of a call: of this class, in time, in one clean line."""
    begun = time.monotonic()
    with pytest.raises(errors.ModelError) as caught:
        call(streamed=streamed, seconds=seconds, **given)
    error, message = caught.value, str(caught.value)
    assert time.monotonic() - begun < seconds + 0.5
    assert type(error) is kind, message
    assert message.startswith("The model server ")
    assert "Nothing was changed" in message
    assert message.endswith(".")
    assert message.isprintable()
    assert len(message) < 400
    assert KEY not in message
    assert "whale" not in message
    assert error.__cause__ is None
    return error


def sse(*events, done=True):
    lines = [event if isinstance(event, str) else json.dumps(event) for event in events]
    return httpx.Response(
        200,
        text="".join(f"data: {line}\n\n" for line in [*lines, *(["[DONE]"] if done else [])]),
        headers={"content-type": "text/event-stream; charset=utf-8"},
    )


def delta(content=None, *, finish=None, **more):
    said = {} if content is None else {"content": content}
    return {"choices": [{"index": 0, "delta": said | more, "finish_reason": finish}]}


def body(content="It did [1].", *, finish="stop", message=None, **more):
    said = {"role": "assistant", "content": content} | (message or {})
    return {"choices": [{"index": 0, "message": said, "finish_reason": finish}]} | more


JSON = {"content-type": "application/json"}


def reply(*given, **more):
    return httpx.Response(200, text=json.dumps(body(*given, **more)), headers=JSON)


def sent(wire):
    return [json.loads(request.request.content) for request in wire.calls]


def error_reply(status, message="It is wrong.", *, headers=None, **more):
    error = {"message": message, **more}
    return httpx.Response(status, json={"error": error}, headers=headers)
