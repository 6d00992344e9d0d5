"""`POST /v1/ask` as Server-Sent Events: what is sent, how it fails, and when it is given up."""

import json
import signal
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from fastapi import Request
from fastapi.testclient import TestClient
from httpx2 import Response
from pages_of_news import BRIDGE, COST
from raw_server import STREAM_END, STREAM_HEAD, Step, event, raw_server, whole
from test_hang_up import ENDS_SECONDS, served

from api import questions, streaming
from api.app import create_app
from evals.bench.scripted_model import ScriptedModel
from rag.ingest import ingest
from rag.settings import load
from rag.sources import Source
from rag.types import Answer, Article, Citation
from rag.wiring import open_engine

EVENTS = {"Accept": "text/event-stream"}
STALLS: list[Step] = [STREAM_HEAD, event("The"), "stall"]
TALKS: list[Step] = [STREAM_HEAD, "talk"]


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("streaming")
    with open_engine(load(data=folder)) as engine:
        ingest(engine, [Source(content=BRIDGE)])
    return folder


@contextmanager
def service(data: Path, base_url: str | None = None) -> Iterator[TestClient]:
    model = {"base_url": base_url, "model": "scripted"} if base_url else {}
    settings = load(data=data, **model)
    with TestClient(create_app(settings), raise_server_exceptions=False) as client:
        yield client


def told(text: str) -> list[tuple[str, Any]]:
    """(event, data) of each event, strictly: a name, one line of data, a blank line."""
    *events, last = text.split("\n\n")
    assert last == ""
    found = []
    for each in events:
        if not each.startswith(":"):
            name, data = each.split("\n")
            assert name.startswith("event: ")
            assert data.startswith("data: ")
            found.append((name[7:], json.loads(data[6:])))
    return found


def asked(client: TestClient, **more: Any) -> Response:
    return client.post("/v1/ask", json={"question": COST, **more}, headers=EVENTS)


def test_an_answer_comes_as_events(data: Path) -> None:
    with service(data) as client:
        response = asked(client)
        (article_id,) = (each["id"] for each in client.get("/v1/articles").json()["articles"])
        article = Article.model_validate(client.get(f"/v1/articles/{article_id}").json())
    assert response.status_code == 200
    assert response.headers["content-type"].startswith("text/event-stream")
    assert response.headers["cache-control"] == "no-store"
    assert response.headers["x-accel-buffering"] == "no"
    events = told(response.text)
    names = [name for name, _ in events]
    assert names[0] == "retrieved"
    assert names[-1] == "done"
    assert set(names[1:-1]) == {"token", "citation"}
    retrieved = events[0][1]
    assert retrieved["question"] == COST
    assert [each["n"] for each in retrieved["passages"]] == [
        *range(1, len(retrieved["passages"]) + 1)
    ]
    for passage in retrieved["passages"]:
        assert set(passage) == {
            "n", "article_id", "title", "url", "publisher", "published", "kind", "start", "end",
            "text",
        }  # fmt: skip
        assert passage["text"] == article.text[passage["start"] : passage["end"]]
        assert passage["publisher"] == "The Wendmark Herald"
    answer = Answer.model_validate(events[-1][1])
    assert answer.short == "412 million euros"
    cited = [Citation.model_validate(data) for name, data in events if name == "citation"]
    assert tuple(cited) == answer.citations


def test_a_draft_comes_in_pieces_and_then_what_holds(data: Path) -> None:
    with ScriptedModel("number") as model, service(data, model.url) as client:
        events = told(asked(client).text)
    names = [name for name, _ in events]
    assert names.count("token") > 3
    assert names == sorted(names, key=["retrieved", "token", "citation", "done"].index)
    draft = "".join(data["text"] for name, data in events if name == "token")
    answer = Answer.model_validate(events[-1][1])
    assert "412" not in draft, "the model told another number"
    assert draft.strip() != answer.text
    assert answer.unsupported


@pytest.mark.parametrize(
    ("accept", "events"),
    [
        ("text/event-stream", True),
        ("Text/Event-Stream; charset=utf-8", True),
        ("text/event-stream, */*", True),
        ("text/event-stream, application/json;q=0.9", True),
        ("application/json;q=0.1, text/event-stream;q=0.2", True),
        ("application/json, text/event-stream", False),
        ("text/event-stream;q=0.5, application/json", False),
        ("text/event-stream;q=0", False),
        ("text/*", False),
        ("*/*", False),
        ("", False),
        (";q=nan,,text/event-stream;q=x;q=0", False),
    ],
)
def test_who_prefers_events_gets_them(data: Path, accept: str, events: bool) -> None:
    scope = {"type": "http", "headers": [(b"accept", accept.encode())]}
    assert streaming.wants_events(Request(scope)) is events


def test_json_is_what_it_was(data: Path) -> None:
    with service(data) as client:
        response = client.post("/v1/ask", json={"question": COST})
    assert response.headers["content-type"] == "application/json"
    assert Answer.model_validate(response.json()).status == "answered"


def test_what_fails_before_the_first_event_has_its_status(data: Path, tmp_path: Path) -> None:
    turns = [{"role": "user", "content": COST}, {"role": "assistant", "content": "412 million."}]
    with raw_server([whole(b"{}", status=401)]) as model, service(data, model.base_url) as client:
        cases = [
            (client.post("/v1/ask", json={"question": "?"}, headers=EVENTS), 422),
            (client.post("/v1/ask", json={}, headers=EVENTS), 422),
            (client.post("/v1/ask?collection=no", json={"question": COST}, headers=EVENTS), 404),
            (asked(client, question="And in 2027?", history=turns), 502),
        ]
    for response, status in cases:
        assert response.status_code == status
        assert response.headers["content-type"] == "application/problem+json"
        assert response.json()["status"] == status
    assert cases[-1][0].json()["code"] == "upstream_auth"


@pytest.mark.parametrize(
    ("script", "status", "code"),
    [
        ([whole(b"{}", status=401)], 502, "upstream_auth"),
        ([STREAM_HEAD, event("The bridge"), STREAM_END], 502, "upstream_cut"),
        ([STREAM_HEAD, event("The bridge"), "reset"], 502, None),
    ],
)
def test_what_fails_later_is_the_last_event(
    data: Path, script: list[Step], status: int, code: str | None
) -> None:
    with raw_server(script) as model, service(data, model.base_url) as client:
        response = asked(client)
    assert response.status_code == 200
    names = [name for name, _ in told(response.text)]
    assert names[0] == "retrieved"
    assert names[-1] == "error"
    assert "done" not in names
    problem = told(response.text)[-1][1]
    assert problem["status"] == status
    assert problem["title"]
    assert problem["type"].startswith("urn:dateline:")
    assert problem["code"] == code or code is None


def test_a_fault_in_the_middle_tells_no_details(
    data: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    lines = questions._lines

    def broken(given: Any) -> Any:
        yield from lines(given)
        raise ZeroDivisionError("a secret")

    monkeypatch.setattr(questions, "_lines", broken)
    with service(data) as client:
        response = asked(client)
    name, problem = told(response.text)[-1]
    assert (name, problem["status"]) == ("error", 500)
    assert "secret" not in response.text
    assert "a secret" in caplog.text


def until(client: socket.socket, wanted: bytes) -> bytes:
    """What comes until this has come."""
    received = b""
    while wanted not in received:
        some = client.recv(65536)
        assert some, received
        received += some
    return received


def test_a_client_that_hangs_up_ends_the_call_to_the_model(data: Path, tmp_path: Path) -> None:
    with (
        raw_server(STALLS, TALKS, STALLS, TALKS, STALLS) as model,
        served(data, tmp_path, model.base_url, ping=0.05) as service,
    ):
        for wanted in (b": ping", b"event: token", b"event: retrieved", b"event: token"):
            with service.ask(accept="text/event-stream") as client:
                until(client, wanted)
                assert model.stalled.acquire(timeout=ENDS_SECONDS)
            assert model.wait_hang_up(timeout=1.0)
        assert len(model.requests) == 4
        for _ in range(20):
            service.ask(accept="text/event-stream").close()
        with service.ask(accept="text/event-stream") as client:
            until(client, b"event: retrieved")
    assert service.log == ""


def test_the_end_of_the_service_ends_streams_with_an_event(data: Path, tmp_path: Path) -> None:
    with raw_server(STALLS) as model, served(data, tmp_path, model.base_url) as service:
        clients = [service.ask(accept="text/event-stream") for _ in range(3)]
        for client in clients:
            until(client, b"event: retrieved")
            assert model.stalled.acquire(timeout=ENDS_SECONDS)
        service.process.send_signal(signal.SIGTERM)
        for client in clients:
            with client:
                received = b"".join(iter(lambda each=client: each.recv(65536), b""))
                assert received.endswith(b"0\r\n\r\n"), "the body ends as chunked bodies end"
                body = b"".join(received.split(b"\r\n")[1::2]).decode()
                assert "event: error\n" in body
                problem = json.loads(body.rpartition("data: ")[2])
                assert problem["status"] == 503
                assert "is being stopped" in problem["detail"]
        assert service.process.wait(ENDS_SECONDS) == 0
    assert "Traceback" not in service.log
    assert service.log.count("\n") <= 1, "uvicorn's own line on what it cancels"


def test_a_stream_may_end_well_while_the_service_ends(data: Path, tmp_path: Path) -> None:
    with (
        ScriptedModel(pause=0.02) as model,
        served(data, tmp_path, model.url, grace=ENDS_SECONDS) as service,
        service.ask(accept="text/event-stream") as client,
    ):
        until(client, b"event: token")
        service.process.send_signal(signal.SIGTERM)
        assert b"event: done" in until(client, b"\r\n0\r\n\r\n")
        assert service.process.wait(ENDS_SECONDS) == 0
    assert service.log == ""
