import asyncio
import gc
import json
import random
import time
from pathlib import Path

import pytest
from model_calls import BOTH, MESSAGES, call, collect, fails, others, quicken
from raw_server import STREAM_END, STREAM_HEAD, closed_port, event, part, raw_server, whole

from rag import errors, model
from rag.model import Completion, Model

FINE = {"choices": [{"message": {"content": "It did."}, "finish_reason": "stop"}]}
REPLY = whole(json.dumps(FINE).encode())
STREAM = [STREAM_HEAD, event("It "), event("did."), event(finish="stop"), STREAM_END]
GZIPPED = (
    b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Encoding: gzip\r\n"
    b"Content-Length: 9\r\nConnection: close\r\n\r\nnot a zip"
)


@pytest.fixture(autouse=True)
def _quick(monkeypatch):
    quicken(monkeypatch)


BROKEN = {
    "reset at once": ["reset"],
    "closed at once": [],
    "half a head": [b"HTTP/1.1 200 OK\r\nContent-Ty"],
    "no HTTP": [b"\x16\x03\x01 SSH-2.0\r\n\r\n"],
    "truncated JSON": [whole(b'{"choices": [{"mess', length=500)],
    "truncated JSON, reset": [whole(b'{"choices": [{"mess', length=500), "reset"],
    "truncated error": [whole(b'{"error": {"mess', status=500, length=500)],
    "head of a stream, reset": [STREAM_HEAD, "reset"],
    "head of a stream, closed": [STREAM_HEAD],
    "half an event, reset": [STREAM_HEAD, part(b'data: {"choices": [{"de'), "reset"],
    "thoughts, reset": [STREAM_HEAD, event("<think>Hm"), "reset"],
    "white space, closed": [STREAM_HEAD, event("\n")],
}


@BOTH
class TestBroken:
    @pytest.mark.parametrize("fault", BROKEN)
    def test_before_the_answer(self, streamed, fault):
        with raw_server(BROKEN[fault]) as server:
            error = fails(
                errors.ModelUnreachable,
                streamed=streamed,
                base_url=server.base_url,
            )
        assert error.retryable
        assert error.partial == ""
        assert "hung up before it had answered" in str(error)
        assert len(server.requests) == 3

    def test_refused(self, streamed):
        error = fails(errors.ModelUnreachable, streamed=streamed, base_url=closed_port())
        assert error.retryable
        assert "could not be reached" in str(error)
        assert "DATELINE_BASE_URL" in str(error)

    def test_no_gzip(self, streamed):
        with raw_server([GZIPPED]) as server:
            fails(errors.ModelMalformed, streamed=streamed, base_url=server.base_url)
        assert len(server.requests) == 1

    @pytest.mark.parametrize(
        "script",
        [
            ["stall"],
            [b"HTTP/1.1 200 OK\r\n", "stall"],
            [whole(b'{"choices": [', length=500), "stall"],
            [whole(b'{"error": ', status=500, length=500), "stall"],
            [STREAM_HEAD, "stall"],
            [STREAM_HEAD, event("<think>"), part(b": alive\n\n"), "stall"],
        ],
    )
    def test_a_stall_ends_at_the_deadline(self, streamed, script):
        with raw_server(script) as server:
            error = fails(
                errors.ModelTimeout, streamed=streamed, seconds=0.2, base_url=server.base_url
            )
            assert server.wait_hang_up(timeout=1)
        assert error.retryable
        assert "DATELINE_DEADLINE" in str(error)
        assert len(server.requests) == 1

    def test_retries_end_at_the_deadline(self, streamed):
        slow = whole(b"{}", status=429).replace(b"Conn", b"Retry-After: 0.05\r\nConn")
        with raw_server([slow], ["stall"]) as server:
            fails(errors.ModelTimeout, streamed=streamed, seconds=0.2, base_url=server.base_url)
        assert len(server.requests) == 2

    @pytest.mark.parametrize("status", [301, 302, 307, 308])
    def test_a_redirect_hands_the_prompt_to_nobody(self, streamed, status):
        with raw_server([REPLY]) as other:
            to = f"Location: {other.base_url}/chat/completions\r\nConn".encode()
            with raw_server([whole(b"", status=status).replace(b"Conn", to)]) as server:
                error = fails(errors.ModelRejected, streamed=streamed, base_url=server.base_url)
        assert other.requests == []
        assert len(server.requests) == 1
        assert other.base_url.split("/")[2] in str(error)


class TestCut:
    @pytest.mark.parametrize(
        "script",
        [
            [STREAM_HEAD, event("It "), event("did"), "reset"],
            [STREAM_HEAD, event("It "), event("did")],
            [STREAM_HEAD, event("It "), event("did"), STREAM_END],
            [STREAM_HEAD, event("It "), event("did"), part(b'data: {"choices": [{'), "reset"],
            [STREAM_HEAD, event("It "), event("did"), part(b'data: {"choices": [{'), STREAM_END],
            [STREAM_HEAD, event("It "), event("did"), b"zz\r\nno chunk"],
        ],
    )
    def test_after_some_text(self, script):
        with raw_server(script) as server:
            error = fails(errors.ModelCut, streamed=True, base_url=server.base_url)
        assert error.retryable
        assert error.partial == "It did"
        assert len(server.requests) == 1

    def test_a_stall_after_some_text(self):
        with raw_server([STREAM_HEAD, event("It "), "stall"]) as server:
            error = fails(errors.ModelTimeout, streamed=True, seconds=0.2, base_url=server.base_url)
            assert server.wait_hang_up(timeout=1)
        assert error.partial == "It "

    @pytest.mark.parametrize("end", [["reset"], ["stall"], [part(b"data: [DONE]\n\n"), "stall"]])
    def test_after_the_end_of_the_answer(self, end):
        with raw_server([*STREAM[:-1], *end]) as server:
            begun = time.monotonic()
            got = call(streamed=True, seconds=0.5, base_url=server.base_url)
            assert time.monotonic() - begun < 0.5
        assert got == ["It ", "did.", Completion("It did.", "stop", None)]

    def test_events_in_small_parts(self):
        usage = b'data: {"choices": [], "usage": {"prompt_tokens": 7}}\r\n\r\ndata: [DONE]\r\n\r\n'
        said = {"choices": [{"delta": {"content": "Zürich’s 😀"}, "finish_reason": "stop"}]}
        data = f"event: x\nid: 1\ndata: {json.dumps(said, ensure_ascii=False)}\n\n".encode() + usage
        parts = [part(data[n : n + 3]) for n in range(0, len(data), 3)]
        with raw_server([STREAM_HEAD, *parts, STREAM_END]) as server:
            text, completion = call(streamed=True, base_url=server.base_url)
        assert text == completion.text == "Zürich’s 😀"
        assert completion.usage.prompt_tokens == 7

    def test_a_connection_serves_two_calls(self):
        kept = [STREAM_HEAD.replace(b"Connection: close\r\n", b""), *STREAM[1:]]
        with raw_server([*kept, "request", *kept], ["reset"]) as server:
            got = call(streamed=True, base_url=server.base_url, times=2)
        assert got[-1].text == "It did."
        assert len(server.requests) == 2


def test_broken_connections_are_tried_again_twice(monkeypatch):
    monkeypatch.setattr(model, "FIRST_WAIT", 0.5)

    async def go(server, *, streamed):
        asked = Model(name="m", base_url=server.base_url)
        deadline = asyncio.get_running_loop().time() + 5
        try:
            return await collect(asked, streamed=streamed, deadline=deadline)
        except errors.ModelError as error:
            return error
        finally:
            await asked.close()

    async def all_of_them(*servers):
        return await asyncio.gather(*[go(s, streamed=n % 2 == 1) for n, s in enumerate(servers)])

    with (
        raw_server(["reset"]) as reset,
        raw_server([STREAM_HEAD, STREAM_END]) as cut,
        raw_server([], [REPLY]) as whole_at_last,
        raw_server([STREAM_HEAD, "reset"], STREAM) as streamed_at_last,
    ):
        begun = time.monotonic()
        got = asyncio.run(all_of_them(reset, cut, whole_at_last, streamed_at_last))
        assert 1.1 < time.monotonic() - begun < 2.5
    assert [type(error) for error in got[:2]] == [errors.ModelUnreachable, errors.ModelCut]
    assert [answer[-1].text for answer in got[2:]] == ["It did.", "It did."]
    assert [len(s.requests) for s in (reset, cut, whole_at_last, streamed_at_last)] == [3, 3, 2, 2]


class TestCancelled:
    @BOTH
    @pytest.mark.parametrize("script", [["stall"], [STREAM_HEAD, event("It "), "stall"]])
    def test_a_cancelled_task_closes_the_connection(self, streamed, script):
        async def go(server):
            asked = Model(name="m", base_url=server.base_url)
            deadline = asyncio.get_running_loop().time() + 30
            task = asyncio.create_task(collect(asked, streamed=streamed, deadline=deadline))
            await asyncio.to_thread(server.stalled.acquire, timeout=5)
            await asyncio.sleep(0.02)
            task.cancel()
            begun = time.monotonic()
            with pytest.raises(asyncio.CancelledError):
                await task
            assert await asyncio.to_thread(server.wait_hang_up, timeout=1)
            assert server.hung_up[0] - begun < 1
            assert not await others()
            await asked.close()

        with raw_server(script) as server:
            asyncio.run(go(server))

    @pytest.mark.parametrize("close", [True, False])
    def test_a_stream_left_early_closes_the_connection(self, close):
        async def go(server):
            asked = Model(name="m", base_url=server.base_url)
            stream = asked.stream(MESSAGES, deadline=asyncio.get_running_loop().time() + 30)
            assert await anext(stream) == "It "
            if close:
                await stream.aclose()
            else:
                del stream
            assert await asyncio.to_thread(server.wait_hang_up, timeout=1)
            assert not await others()
            await asked.close()

        with raw_server([STREAM_HEAD, event("It "), "stall"]) as server:
            asyncio.run(go(server))

    def test_a_reply_that_is_too_long_is_not_read_on(self):
        with raw_server([STREAM_HEAD, event("a" * 20_001), "stall"]) as server:
            got = call(streamed=True, base_url=server.base_url)
            assert server.wait_hang_up(timeout=1)
        assert got == ["a" * 20_000, Completion("a" * 20_000, "length", None)]

    def test_the_deadline_does_not_cancel_the_reader(self):
        async def go(server):
            asked = Model(name="m", base_url=server.base_url)
            stream = asked.stream(MESSAGES, deadline=asyncio.get_running_loop().time() + 0.15)
            assert await anext(stream) == "It "
            await asyncio.sleep(0.2)
            with pytest.raises(errors.ModelTimeout) as caught:
                await anext(stream)
            await asked.close()
            return caught.value.partial

        with raw_server([STREAM_HEAD, event("It "), "stall"]) as server:
            assert asyncio.run(go(server)) == "It "


MIXED = [
    *BROKEN.values(),
    [REPLY],
    STREAM,
    ["stall"],
    [STREAM_HEAD, event("It "), "stall"],
    [STREAM_HEAD, event("It "), "reset"],
    [STREAM_HEAD, event("It "), part(b"data: {\n\n"), "stall"],
    [whole(b"<html>", kind="text/html")],
    [whole(b"{}", status=500), "reset"],
    [whole(b"{}", status=401)],
    [GZIPPED],
]


def open_files():
    folder = Path("/proc/self/fd")
    return len(list(folder.iterdir())) if folder.exists() else 0


async def weather(server, *, calls, dice):
    """Calls, eight at a time, some of them cancelled. Gives the classes of what came of them."""
    asked = Model(name="m", base_url=server.base_url)
    slots = asyncio.Semaphore(8)
    outcomes = set()

    async def one(*, streamed, seconds, cancelled):
        async with slots:
            deadline = asyncio.get_running_loop().time() + seconds
            task = asyncio.create_task(collect(asked, streamed=streamed, deadline=deadline))
            if cancelled:
                asyncio.get_running_loop().call_later(seconds / 3, task.cancel)
            (outcome,) = await asyncio.gather(task, return_exceptions=True)
            assert asyncio.get_running_loop().time() < deadline + 0.5
            outcomes.add(type(outcome))

    given = [
        {
            "streamed": dice.random() < 0.5,
            "seconds": dice.uniform(0.05, 0.2),
            "cancelled": dice.random() < 0.2,
        }
        for _ in range(calls)
    ]
    await asyncio.gather(*[one(**each) for each in given])
    left = await others()
    await asked.close()
    return outcomes, left


@pytest.mark.parametrize("calls", [60, pytest.param(500, marks=pytest.mark.torture)])
def test_nothing_leaks_from_faults(calls):
    dice = random.Random(calls)
    scripts = [dice.choice(MIXED) for _ in range(calls * 2)]
    gc.collect()
    before = open_files()
    with raw_server(*scripts) as server:
        outcomes, left = asyncio.run(weather(server, calls=calls, dice=dice))
        until = time.monotonic() + 1
        while server.connections() and time.monotonic() < until:
            time.sleep(0.01)
        assert server.connections() == 0
    assert not left
    gc.collect()
    assert open_files() == before
    assert list in outcomes
    for outcome in outcomes - {list, asyncio.CancelledError}:
        assert issubclass(outcome, errors.ModelError)
