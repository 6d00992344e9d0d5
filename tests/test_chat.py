"""The OpenAI-compatible routes, through OpenAI's own client and as they come over the wire."""

import asyncio
import json
import shutil
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx2
import openai
import pytest
from fastapi.testclient import TestClient
from pages_of_news import BAKERY, BRIDGE, COST
from raw_server import STREAM_END, STREAM_HEAD, Step, event, raw_server, whole
from test_hang_up import ENDS_SECONDS, served

from api import chat
from api.app import create_app
from api.limits import LARGEST_BODY
from evals.bench.scripted_model import ScriptedModel
from rag import tokens
from rag.ingest import ingest
from rag.settings import load
from rag.sources import Source
from rag.types import Answer
from rag.wiring import open_engine

QUOTE = "The new bridge over the harbour of Wendmark will cost 412 million euros, the city council"
TWO = (
    "How much will the new bridge over the harbour of Wendmark cost, and when does construction "
    "of the bridge start?"
)
URL = "https://herald.example/bridge"
CHAT = "/v1/chat/completions"


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("chat")
    with open_engine(load(data=folder)) as engine:
        ingest(engine, [Source(content=BRIDGE, url=URL), Source(content=BAKERY)])
    return folder


@contextmanager
def service(data: Path, base_url: str | None = None, **more: Any) -> Iterator[TestClient]:
    model = {"base_url": base_url, "model": "scripted"} if base_url else {}
    settings = load(data=data, **model, **more)
    with TestClient(create_app(settings), raise_server_exceptions=False) as client:
        yield client


@pytest.fixture(scope="module")
def reading(data: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """A service whose embedded reader answers, with a folder of its own: it holds the lock."""
    folder = tmp_path_factory.mktemp("reading") / "data"
    shutil.copytree(data, folder)
    with service(folder) as client:
        yield client


def openai_client(client: TestClient) -> openai.OpenAI:
    return openai.OpenAI(
        api_key="none", base_url="http://testserver/v1", http_client=client, max_retries=0
    )


def asking(question: str = COST, **more: Any) -> dict[str, Any]:
    return {"model": "dateline", "messages": [{"role": "user", "content": question}], **more}


def chunks(response: httpx2.Response) -> list[dict[str, Any]]:
    """The data of each line, strictly; the last is [DONE] unless it is an error."""
    assert response.status_code == 200
    assert response.headers["content-type"].startswith("text/event-stream")
    *events, last = response.text.split("\n\n")
    assert last == ""
    data = [each for each in events if not each.startswith(": ")]
    assert all(each.startswith("data: ") and "\n" not in each for each in data)
    *found, end = data
    if end != "data: [DONE]":
        found.append(end)
    return [json.loads(each[6:]) for each in found]


def text_of(found: list[dict[str, Any]]) -> str:
    choices = [each["choices"][0] for each in found if each.get("choices")]
    return "".join(choice["delta"].get("content", "") for choice in choices)


def refused(response: httpx2.Response, status: int, code: str | None) -> dict[str, Any]:
    """An error in OpenAI's form."""
    assert response.status_code == status
    assert response.headers["content-type"] == "application/json"
    (error,) = response.json().values()
    assert set(error) == {"message", "type", "param", "code"}
    assert error["code"] == code
    assert error["message"]
    assert error["type"] == ("server_error" if status >= 500 else "invalid_request_error")
    return error


# -- answers


def test_a_reply_has_the_checked_answer_and_its_sources(reading: TestClient) -> None:
    answer = Answer.model_validate(reading.post("/v1/ask", json={"question": TWO}).json())
    reply = reading.post(CHAT, json=asking(TWO)).json()
    (choice,) = reply["choices"]
    content = choice["message"]["content"]
    assert reply["object"] == "chat.completion"
    assert choice["finish_reason"] == "stop"
    assert content.startswith(answer.text)
    results = reply["search_results"]
    assert [each["snippet"] for each in results] == [each.quote for each in answer.citations]
    assert all(f"“{each['snippet']}”" in content for each in results)
    assert {each["date"] for each in results} == {"2026-05-04"}
    assert reply["citations"] == [each["url"] for each in results]
    assert len(set(reply["citations"])) == len(answer.citations) == 2
    for n, annotation in enumerate(choice["message"]["annotations"], start=1):
        assert annotation["type"] == "url_citation"
        cited = annotation["url_citation"]
        assert content[cited["start_index"] : cited["end_index"]] == f"[{n}]"
        assert cited["url"].partition("#")[0] == URL
        assert cited["url"] == results[n - 1]["url"]


def test_a_stream_says_what_a_reply_says(reading: TestClient) -> None:
    reply = reading.post(CHAT, json=asking(TWO)).json()
    found = chunks(reading.post(CHAT, json=asking(TWO, stream=True)))
    message = reply["choices"][0]["message"]
    assert found[0]["choices"][0]["delta"] == {"role": "assistant", "content": ""}
    assert found[0]["search_results"] == reply["search_results"]
    assert text_of(found) == message["content"]
    assert len(found) > 4
    last = found[-1]
    assert last["choices"][0]["delta"] == {"annotations": message["annotations"]}
    assert last["choices"][0]["finish_reason"] == "stop"
    assert last["citations"] == reply["citations"]
    assert last["search_results"] == reply["search_results"]
    assert all(each["choices"][0]["finish_reason"] is None for each in found[:-1])
    assert not any("annotations" in each["choices"][0]["delta"] for each in found[:-1])
    assert all("usage" not in each for each in found)
    assert {each["id"] for each in found} == {found[0]["id"]}
    assert {each["object"] for each in found} == {"chat.completion.chunk"}


def test_usage_comes_in_a_chunk_of_its_own_when_asked_for(reading: TestClient) -> None:
    options = {"include_usage": True}
    *found, last = chunks(reading.post(CHAT, json=asking(stream=True, stream_options=options)))
    assert last["choices"] == []
    assert last["usage"] == {
        "prompt_tokens": tokens.count(COST),
        "completion_tokens": tokens.count(text_of(found)),
        "total_tokens": tokens.count(COST) + tokens.count(text_of(found)),
    }
    assert last["usage"] == reading.post(CHAT, json=asking()).json()["usage"]


def test_usage_is_what_the_models_server_says(data: Path) -> None:
    with ScriptedModel() as model, service(data, model.url) as client:
        answer = Answer.model_validate(client.post("/v1/ask", json={"question": COST}).json())
        usage = client.post(CHAT, json=asking()).json()["usage"]
    assert answer.usage is not None
    assert usage["prompt_tokens"] == answer.usage.prompt_tokens > 100
    assert usage["completion_tokens"] == answer.usage.completion_tokens > 0
    assert usage["total_tokens"] == usage["prompt_tokens"] + usage["completion_tokens"]


@pytest.mark.parametrize("mode", ["number", "obey"])
def test_nothing_unchecked_is_streamed(
    data: Path, monkeypatch: pytest.MonkeyPatch, mode: Any
) -> None:
    monkeypatch.setattr(chat, "PATIENCE_SECONDS", 0.0)
    with ScriptedModel(mode, pause=0.001) as model, service(data, model.url) as client:
        whole = client.post(CHAT, json=asking()).json()["choices"][0]["message"]["content"]
        response = client.post(CHAT, json=asking(stream=True))
        answer = Answer.model_validate(client.post("/v1/ask", json={"question": COST}).json())
    assert response.text.startswith(": "), "a comment comes first, since the answer takes its time"
    assert text_of(chunks(response)) == whole
    drafts = {each.part for each in answer.unsupported}
    assert (mode == "obey") or drafts
    assert not any(part in response.text for part in drafts)
    assert "attacker.example" not in response.text


def test_what_is_not_found_says_so_politely(reading: TestClient) -> None:
    reply = reading.post(CHAT, json=asking("Who won the football World Cup in 1966?")).json()
    (choice,) = reply["choices"]
    assert choice["finish_reason"] == "stop"
    assert choice["message"]["content"].startswith("Not in the articles.\n\n")
    assert "The closest articles:\n\n- [" in choice["message"]["content"]
    assert choice["message"]["annotations"] == []
    assert reply["citations"] == reply["search_results"] == []


@pytest.mark.parametrize(
    ("finish", "message", "wanted"),
    [
        ("length", {"content": f"{QUOTE} said [1]. It"}, "length"),
        ("content_filter", {"content": f"{QUOTE} said [1]. It"}, "content_filter"),
        ("stop", {"content": None, "refusal": "I will not."}, "content_filter"),
    ],
)
def test_why_a_model_stopped_is_told(
    data: Path, finish: str, message: dict[str, Any], wanted: str
) -> None:
    choice = {"index": 0, "message": {"role": "assistant", **message}, "finish_reason": finish}
    said = whole(json.dumps({"choices": [choice]}).encode())
    with raw_server([said]) as model, service(data, model.base_url) as client:
        (choice,) = client.post(CHAT, json=asking()).json()["choices"]
        last = chunks(client.post(CHAT, json=asking(stream=True)))[-1]
    assert choice["finish_reason"] == last["choices"][0]["finish_reason"] == wanted
    assert choice["message"]["content"]


def test_earlier_turns_are_the_history(reading: TestClient) -> None:
    first = reading.post(CHAT, json=asking()).json()["choices"][0]["message"]
    messages = [
        {"role": "system", "content": "Answer in French, and never cite anything."},
        {"role": "user", "content": COST},
        {"role": "assistant", "content": first["content"]},
        {"role": "user", "content": "And when does its construction start?"},
    ]
    content = reading.post(CHAT, json=asking(messages=messages)).json()["choices"][0]["message"][
        "content"
    ]
    assert "September 2026" in content
    assert "[1]" in content


def test_content_may_come_in_parts_and_with_all_parameters(reading: TestClient) -> None:
    parts = [
        {"type": "image_url", "image_url": {"url": "data:image/png;base64,AAAA"}},
        {"type": "text", "text": "How much will the new bridge over the harbour"},
        {"type": "text", "text": "of Wendmark cost?", "cache_control": {"type": "ephemeral"}},
    ]
    given = asking(
        messages=[
            {"role": "developer", "content": "Be brief.", "name": "x"},
            {"role": "tool", "content": "{}", "tool_call_id": "1"},
            {"role": "assistant", "content": None, "tool_calls": []},
            {"role": "user", "content": parts},
        ],
        temperature=0.7, top_p=1, max_tokens=10, max_completion_tokens=10, stop=["a"], seed=1,
        logit_bias={"1": 2}, tools=[{"type": "function"}], tool_choice="auto", user="u", n=1,
        response_format={"type": "text"}, metadata={"a": "b"}, reasoning_effort="low", stream=None,
    )  # fmt: skip
    response = reading.post(CHAT, json=given)
    assert response.status_code == 200
    assert "412 million euros" in response.json()["choices"][0]["message"]["content"]


def test_articles_without_an_address_are_linked_to_their_own_page(data: Path) -> None:
    question = "How many bakers is the Brodal bakery hiring?"
    with service(data) as client:
        ids = {each["title"]: each["id"] for each in client.get("/v1/articles").json()["articles"]}
        own = f"/articles/{ids['Brodal bakery hires 85 bakers']}"
        assert client.post(CHAT, json=asking(question)).json()["citations"] == [
            f"http://testserver{own}"
        ]
    with service(data, public_url="https://news.example/dateline/") as client:
        reply = client.post(CHAT, json=asking(question)).json()
        assert reply["citations"] == [f"https://news.example/dateline{own}"]
        assert f"(<{reply['citations'][0]}>)" in reply["choices"][0]["message"]["content"]


# -- OpenAI's own client


def test_the_openai_client_reads_it(reading: TestClient) -> None:
    client = openai_client(reading)
    assert [each.id for each in client.models.list()] == ["dateline"]
    assert client.models.retrieve("dateline").owned_by == "dateline"
    reply = client.chat.completions.create(**asking())
    message = reply.choices[0].message
    assert message.content is not None
    assert message.annotations is not None
    assert QUOTE in message.content
    assert message.annotations[0].url_citation.url == URL
    assert reply.model_extra is not None
    assert reply.model_extra["citations"] == [URL]
    assert reply.usage is not None
    assert reply.usage.total_tokens > 0
    stream = client.chat.completions.create(**asking(stream=True))
    received = list(stream)
    assert "".join(c.choices[0].delta.content or "" for c in received) == message.content
    assert received[0].choices[0].delta.role == "assistant"
    assert received[-1].choices[0].finish_reason == "stop"
    assert received[-1].model_extra is not None
    assert received[-1].model_extra["citations"] == [URL]


@pytest.mark.parametrize("with_model", [False, True])
def test_the_asynchronous_openai_client_reads_it(data: Path, with_model: bool) -> None:
    with ScriptedModel() as model:
        app = create_app(load(data=data, **(
            {"base_url": model.url, "model": "scripted"} if with_model else {}
        )))  # fmt: skip

        async def go() -> tuple[str, str]:
            transport = httpx2.ASGITransport(app=app)
            async with (
                app.router.lifespan_context(app),
                openai.AsyncOpenAI(
                    api_key="none",
                    base_url="http://dateline.example/v1",
                    http_client=httpx2.AsyncClient(transport=transport),
                ) as client,
            ):
                reply = await client.chat.completions.create(**asking())
                stream = await client.chat.completions.create(**asking(stream=True))
                pieces = [each.choices[0].delta.content or "" async for each in stream]
                return str(reply.choices[0].message.content), "".join(pieces)

        said, streamed = asyncio.run(go())
    assert said == streamed
    assert "412 million euros" in said
    assert bool(model.requests) is with_model


# -- what is wrong


@pytest.mark.parametrize(
    ("given", "param"),
    [
        (asking(n=2), "n"),
        (asking(n=0), "n"),
        (asking(messages=[]), "messages"),
        (asking(messages=[{"role": "system", "content": "Hello."}]), "messages"),
        (asking(messages=[{"role": "user", "content": [{"type": "image_url"}]}]), "messages"),
        (asking(messages="Hello."), "messages"),
        (asking(messages=[{"content": "x"}]), "messages.0.role"),
        (asking(citation_style="footnotes"), "citation_style"),
        (asking(stream="perhaps"), "stream"),
        ({}, "messages"),
    ],
)
def test_a_request_that_cannot_be_answered(
    reading: TestClient, given: dict[str, Any], param: str
) -> None:
    error = refused(reading.post(CHAT, json=given), 400, "invalid_value")
    assert error["param"].startswith(param)


def test_errors_are_in_openais_form(reading: TestClient) -> None:
    refused(reading.post(CHAT, json=asking(model="gpt-5.5")), 404, "model_not_found")
    refused(reading.get("/v1/models/gpt-5.5"), 404, "model_not_found")
    refused(reading.post(CHAT, json=asking("?")), 422, "bad_question")
    refused(reading.post(CHAT, json=asking("?", stream=True)), 422, "bad_question")
    headers = {"content-type": "application/json"}
    refused(reading.post(CHAT, content=b"{", headers=headers), 400, "invalid_value")
    surrogate = b'{"messages": [{"role": "user", "content": "why \\ud800?"}]}'
    refused(reading.post(CHAT, content=surrogate, headers=headers), 400, "invalid_value")
    large = b" " * (LARGEST_BODY + 1)
    refused(reading.post(CHAT, content=large, headers=headers), 413, "request_too_large")
    parts = (large[at : at + 65_536] for at in range(0, len(large), 65_536))
    refused(reading.post(CHAT, content=parts, headers=headers), 413, "request_too_large")
    assert reading.get(CHAT).headers["content-type"] == "application/json"
    assert reading.get(CHAT).status_code == 405
    assert refused(reading.post("/v1/responses", json={}), 404, None)["message"]
    assert reading.get("/v1/nothing").headers["content-type"] == "application/problem+json"
    told = reading.post("/v1/ask", json={"question": "?"})
    assert told.headers["content-type"] == "application/problem+json"


def test_what_the_model_fails_at_soon_has_a_status(data: Path) -> None:
    with raw_server([whole(b"{}", status=401)]) as model, service(data, model.base_url) as client:
        for stream in (False, True):
            refused(client.post(CHAT, json=asking(stream=stream)), 502, "upstream_auth")
        with pytest.raises(openai.InternalServerError) as raised:
            openai_client(client).chat.completions.create(**asking(stream=True))
    assert raised.value.code == "upstream_auth"


@pytest.mark.parametrize(
    "script", [[STREAM_HEAD, event("The bridge"), STREAM_END], [whole(b"{}", status=401)]]
)
def test_what_fails_later_is_the_last_line(
    data: Path, monkeypatch: pytest.MonkeyPatch, script: list[Step]
) -> None:
    monkeypatch.setattr(chat, "PATIENCE_SECONDS", 0.0)
    with raw_server(script) as model, service(data, model.base_url) as client:
        response = client.post(CHAT, json=asking(stream=True))
        (last,) = chunks(response)
        assert "[DONE]" not in response.text
        assert set(last["error"]) == {"message", "type", "param", "code"}
        assert last["error"]["code"].startswith("upstream_")
        with pytest.raises(openai.APIError) as raised:
            list(openai_client(client).chat.completions.create(**asking(stream=True)))
    assert raised.value.code == last["error"]["code"]


def test_a_client_that_hangs_up_ends_the_call_to_the_model(data: Path, tmp_path: Path) -> None:
    stalls: list[Step] = [STREAM_HEAD, event("The"), "stall"]
    with raw_server(stalls) as model, served(data, tmp_path, model.base_url) as running:
        for stream, wanted in ((False, b""), (True, b""), (True, b": reading the articles")):
            body = json.dumps(asking(stream=stream)).encode()
            head = f"POST {CHAT} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: {len(body)}\r\n"
            head += "Content-Type: application/json\r\n\r\n"
            place = ("127.0.0.1", running.port)
            with socket.create_connection(place, timeout=ENDS_SECONDS) as client:
                client.sendall(head.encode() + body)
                assert model.stalled.acquire(timeout=ENDS_SECONDS)
                received = b""
                while wanted not in received:
                    received += client.recv(65536)
            assert model.wait_hang_up(timeout=1.0)
    assert running.log == ""
