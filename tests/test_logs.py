"""A line of JSON for each request: what is needed to follow it, and nothing of what was sent."""

import io
import json
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from pages_of_news import BRIDGE, COST

from api import keys
from api.app import create_app
from api.logs import TRACE_HEADER, JsonLines
from rag.settings import load

PARENT = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"


class Lines:
    """What was logged since the last look."""

    def __init__(self) -> None:
        self.stream = io.StringIO()

    def text(self) -> str:
        return self.stream.getvalue()

    def new(self) -> list[dict[str, Any]]:
        found = [json.loads(line) for line in self.text().splitlines()]
        self.stream.seek(0)
        self.stream.truncate()
        return found


@pytest.fixture
def lines() -> Iterator[Lines]:
    """The lines of the service, as ``--log json`` writes them."""
    made = Lines()
    handler = logging.StreamHandler(made.stream)
    handler.setFormatter(JsonLines())
    log = logging.getLogger("dateline")
    requests = logging.getLogger("dateline.requests")
    log.addHandler(handler)
    requests.setLevel(logging.INFO)
    yield made
    requests.setLevel(logging.NOTSET)
    log.removeHandler(handler)


@pytest.fixture
def app(data: Path) -> FastAPI:
    return create_app(load(data=data))


@pytest.fixture
def client(app: FastAPI) -> Iterator[TestClient]:
    with TestClient(app, raise_server_exceptions=False) as client:
        yield client


def test_a_request_is_one_line(client: TestClient, lines: Lines) -> None:
    client.post("/v1/articles", json={"text": BRIDGE})
    lines.new()
    reply = client.post("/v1/ask", json={"question": COST})
    (line,) = lines.new()
    assert line.pop("ms") > 0
    assert line.pop("time").endswith("+00:00")
    trace_id = reply.json()["trace_id"]
    assert reply.headers[TRACE_HEADER] == trace_id
    assert line == {
        "level": "info",
        "logger": "dateline.requests",
        "message": "request",
        "trace_id": trace_id,
        "method": "POST",
        "route": "/v1/ask",
        "status": 200,
        "caller": "local",
        "answer": "answered",
        "failure": None,
        "cut": False,
    }


def test_a_stream_is_followed_to_its_end(client: TestClient, lines: Lines) -> None:
    client.post("/v1/articles", json={"text": BRIDGE})
    lines.new()
    headers = {"accept": "text/event-stream", TRACE_HEADER: "stream-1"}
    reply = client.post("/v1/ask", json={"question": COST}, headers=headers)
    done = json.loads(reply.text.rpartition("data: ")[2])
    (line,) = lines.new()
    assert done["trace_id"] == line["trace_id"] == reply.headers[TRACE_HEADER] == "stream-1"
    assert (line["answer"], line["cut"]) == ("answered", False)


@pytest.mark.parametrize(
    ("sent", "known"),
    [
        ({TRACE_HEADER: "abc.DEF-1"}, "abc.DEF-1"),
        ({"traceparent": PARENT}, PARENT[3:35]),
        ({TRACE_HEADER: "abc", "traceparent": PARENT}, "abc"),
        ({TRACE_HEADER: 'a","b":"c'}, None),
        ({TRACE_HEADER: "x" * 65}, None),
        ({TRACE_HEADER: ""}, None),
        ({"traceparent": "00-" + "0" * 32 + "-00f067aa0ba902b7-01"}, None),
        ({}, None),
    ],
)
def test_a_trace_id_is_taken_when_it_is_one(
    client: TestClient, sent: dict[str, str], known: str | None
) -> None:
    replies = [client.get("/v1/articles", headers=sent) for _ in range(2)]
    ids = [reply.headers[TRACE_HEADER] for reply in replies]
    if known:
        assert ids == [known, known]
    else:
        assert all(len(each) == 16 and int(each, 16) >= 0 for each in ids)
        assert ids[0] != ids[1]


def test_routes_are_told_as_templates(client: TestClient, app: FastAPI, lines: Lines) -> None:
    key, secret = keys.create(app.state.records, "ask")
    headers = {"authorization": f"Bearer {secret}"}
    client.get("/v1/articles/secret-id?publisher=secret-name", headers=headers)
    client.get("/secret-path", headers=headers)
    client.get("/v1/articles")
    client.request("ODD", "/v1/articles")
    told = [(line["route"], line["method"], line["status"], line["caller"]) for line in lines.new()]
    assert told == [
        ("/v1/articles/{article_id}", "GET", 404, key.id),
        ("-", "GET", 404, "-"),
        ("/v1/articles", "GET", 401, "-"),
        ("/v1/articles", "-", 405, "-"),
    ]


def test_nothing_that_was_sent_is_told(
    client: TestClient, app: FastAPI, lines: Lines, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, "dateline")
    secret_word = "Zwickelhuber"

    def fail(question: str) -> None:
        logging.getLogger("dateline").warning("a fault", exc_info=ValueError(question))
        raise ValueError(question)

    app.add_api_route("/fail", fail)
    _, secret = keys.create(app.state.records, "admin")
    headers = {"authorization": f"Bearer {secret}"}
    for reply in (
        client.post("/v1/ask", json={"question": f"Who is {secret_word}?"}, headers=headers),
        client.post("/v1/ask", json={"question": [secret_word]}, headers=headers),
        client.post("/v1/articles", json={"text": secret_word * 5}, headers=headers),
        client.post("/v1/articles", json={"text": f"{secret_word}\0"}, headers=headers),
        client.get("/v1/articles", params={"publisher": secret_word}, headers=headers),
        client.get("/fail", params={"question": secret_word}, headers=headers),
        client.get(f"/{secret_word}", headers={"authorization": f"Bearer x{secret}"}),
    ):
        assert reply.status_code in {200, 201, 404, 422, 500}
    assert len(lines.text().splitlines()) == 8
    assert secret_word not in lines.text()
    assert secret.removeprefix("dl_") not in lines.text()
    faults = [line for line in lines.new() if "error" in line]
    assert [line["error"] for line in faults] == ["ValueError"]
    ours = [record.getMessage() for record in caplog.records if record.name.startswith("dateline")]
    assert secret_word not in "".join(ours)


def test_a_fault_has_an_id_to_look_for(client: TestClient, app: FastAPI, lines: Lines) -> None:
    app.add_api_route("/fail", lambda: 1 / 0)
    reply = client.get("/fail")
    assert reply.status_code == 500
    assert reply.headers["content-type"] == "application/problem+json"
    (line,) = lines.new()
    assert (line["status"], line["trace_id"]) == (500, reply.headers[TRACE_HEADER])


def test_an_exception_is_told_by_its_class_and_place(lines: Lines) -> None:
    try:
        int("what was sent")
    except ValueError:
        logging.getLogger("dateline").exception("a fault")
    (line,) = lines.new()
    assert (line["level"], line["error"]) == ("error", "ValueError")
    assert "test_logs.py" in line["where"][0]
    assert "what was sent" not in json.dumps(line)
