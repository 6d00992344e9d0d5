"""A model behind the ways in: over HTTP, on the command line, in the settings."""

import json
import os
import pty
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from pages_of_news import BAKERY, BRIDGE, COST
from raw_server import STREAM_HEAD, event, raw_server, whole

from api import cli
from api.app import create_app
from evals.bench.scripted_model import ScriptedModel
from rag.ingest import ingest
from rag.settings import load
from rag.sources import Source
from rag.types import Answer
from rag.wiring import open_engine

READY_SECONDS = 60
DATELINE = Path(sys.executable).with_name("dateline")


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("seams")
    with open_engine(load(data=folder)) as engine:
        ingest(engine, [Source(content=BRIDGE), Source(content=BAKERY)])
    return folder


@contextmanager
def service(data: Path, url: str, **given: object) -> Iterator[TestClient]:
    settings = load(data=data, base_url=url, model="scripted", **given)
    with TestClient(create_app(settings), raise_server_exceptions=False) as client:
        yield client


def test_http_answers_with_the_model(data: Path) -> None:
    with ScriptedModel() as server, service(data, server.url) as client:
        assert server.requests == [], "warming up asks no model"
        given = Answer.model_validate(client.post("/v1/ask", json={"question": COST}).json())
        assert client.get("/healthz").json()["model"] == "scripted"
    assert (given.status, given.model, given.short) == ("answered", "scripted", "412 million euros")
    assert given.usage is not None
    assert given.prompt is not None


def test_http_takes_the_conversation_and_the_day(data: Path) -> None:
    history = [
        {"role": "user", "content": COST},
        {"role": "assistant", "content": "412 million euros [1]."},
    ]
    asked = {"question": "When does construction of it start?", "history": history}
    with ScriptedModel() as server, service(data, server.url) as client:
        given = client.post("/v1/ask", json=asked).json()
        assert "Wendmark" in given["condensed"]
        assert "September 2026" in given["text"]
        early = client.post("/v1/ask", json={"question": COST, "as_of": "2026-05-01"}).json()
        assert early["status"] == "not_found"
        bad = [{"role": "system", "content": "x"}]
        refused = client.post("/v1/ask", json={"question": COST, "history": bad})
        assert refused.status_code == 422


ERROR = {"error": {"message": "No.", "code": "x"}}
QUOTA = {"error": {"message": "No.", "type": "insufficient_quota", "code": "insufficient_quota"}}


@pytest.mark.parametrize(
    ("reply", "status", "code", "retryable"),
    [
        (whole(json.dumps(ERROR).encode(), status=401), 502, "upstream_auth", False),
        (whole(json.dumps(QUOTA).encode(), status=429), 502, "upstream_quota", False),
        (whole(json.dumps(ERROR).encode(), status=404), 502, "upstream_rejected", False),
        (whole(b"<html>Hello</html>", kind="text/html"), 502, "upstream_malformed", False),
        (whole(b'{"choices": []}'), 502, "upstream_malformed", False),
    ],
)
def test_a_model_that_fails_is_told_as_a_problem(
    data: Path, reply: bytes, status: int, code: str, *, retryable: bool
) -> None:
    with raw_server([reply]) as server, service(data, server.base_url) as client:
        response = client.post("/v1/ask", json={"question": COST})
    problem = response.json()
    assert (response.status_code, problem["code"]) == (status, code)
    assert problem["retryable"] is retryable
    assert response.headers["content-type"] == "application/problem+json"
    assert "\n" not in problem["detail"]


def test_a_rate_limit_says_when_to_come_back(data: Path) -> None:
    limited = whole(json.dumps(ERROR).encode(), status=429).replace(
        b"Connection:", b"Retry-After: 90\r\nConnection:"
    )
    with raw_server([limited]) as server, service(data, server.base_url) as client:
        response = client.post("/v1/ask", json={"question": COST})
    assert response.status_code == 503
    assert response.headers["retry-after"] == "90"
    assert response.json()["code"] == "upstream_rate_limited"


def test_a_model_that_hangs_is_a_timeout(data: Path) -> None:
    with ScriptedModel("stall") as server, service(data, server.url, deadline=0.5) as client:
        response = client.post("/v1/ask", json={"question": COST})
    assert (response.status_code, response.json()["code"]) == (504, "upstream_timeout")


def test_a_client_that_goes_ends_the_call_to_the_model(data: Path, tmp_path: Path) -> None:
    stalls = [STREAM_HEAD, event("The"), "stall"]
    with raw_server(stalls) as model, served(data, tmp_path, model.base_url) as port:
        body = json.dumps({"question": COST}).encode()
        head = f"POST /v1/ask HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: {len(body)}\r\n"
        with socket.create_connection(("127.0.0.1", port)) as client:
            client.sendall(f"{head}Content-Type: application/json\r\n\r\n".encode() + body)
            assert model.stalled.acquire(timeout=20)
        assert model.wait_hang_up(timeout=1.0)


@contextmanager
def served(data: Path, folder: Path, base_url: str) -> Iterator[int]:
    """The service as a process of its own, with the model at an address."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = [DATELINE, "--data", data, "serve", "--port", str(port)]
    env = os.environ | {"DATELINE_BASE_URL": base_url, "DATELINE_MODEL": "scripted"}
    process = subprocess.Popen(command, env=env, cwd=folder, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        assert "answers on" in process.stdout.readline()
        urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=10).close()
        yield port
    finally:
        process.terminate()
        process.wait(READY_SECONDS)
        process.stdout.close()


# -- the command line


@pytest.fixture
def model(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[ScriptedModel]:
    """A scripted model that the environment names."""
    monkeypatch.chdir(tmp_path)
    with ScriptedModel() as server:
        monkeypatch.setenv("DATELINE_BASE_URL", server.url)
        monkeypatch.setenv("DATELINE_MODEL", "scripted")
        yield server


def run(capsys: pytest.CaptureFixture[str], *args: str) -> tuple[int, str, str]:
    capsys.readouterr()
    code = cli.main(list(args))
    return code, *capsys.readouterr()


def test_the_command_prints_the_checked_answer(
    model: ScriptedModel, data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    model.mode = "unsupported"
    code, out, err = run(capsys, "--data", str(data), "ask", COST)
    assert (code, err) == (0, "")
    assert "412 million euros" in out
    assert "Left out: " in out
    code, out, _ = run(capsys, "--data", str(data), "ask", COST, "--json")
    assert json.loads(out)["status"] == "partial"
    code, out, _ = run(capsys, "--data", str(data), "ask", COST, "--as-of", "2026-05-01")
    assert out.startswith("Not in the articles.")
    code, out, _ = run(capsys, "--data", str(data), "status")
    assert "model: scripted" in out


def test_on_a_terminal_the_draft_is_shown_and_the_answer_printed(
    model: ScriptedModel, data: Path, tmp_path: Path
) -> None:
    model.mode = "unsupported"
    ours, theirs = pty.openpty()
    command = [DATELINE, "--data", data, "ask", COST]
    env = os.environ | {"TERM": "xterm", "COLUMNS": "100"}
    process = subprocess.Popen(
        command, env=env, cwd=tmp_path, stdout=subprocess.PIPE, stderr=theirs
    )
    os.close(theirs)
    out, _ = process.communicate(timeout=READY_SECONDS)
    shown = b""
    try:
        while more := os.read(ours, 65536):
            shown += more
    except OSError:  # what Linux says at the end of a terminal
        pass
    os.close(ours)
    assert process.returncode == 0
    made_up = model.text(model.requests[0]["messages"]).split(". ")[-1][:20]
    assert made_up.encode() in shown
    assert made_up not in out.decode().split("Left out")[0]


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"DATELINE_MODEL": "m"}, "OPENAI_API_KEY"),
        ({"DATELINE_BASE_URL": "http://127.0.0.1:9/v1"}, "DATELINE_MODEL"),
        ({"DATELINE_MODEL": "m", "DATELINE_BASE_URL": "nonsense"}, "DATELINE_BASE_URL"),
        ({"DATELINE_PROMPT_TOKENS": "10"}, "DATELINE_PROMPT_TOKENS"),
        ({"DATELINE_DEADLINE": "0"}, "DATELINE_DEADLINE"),
    ],
)
def test_settings_that_do_not_go_together_are_told(
    data: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    given: dict[str, str],
    told: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    code, _, err = run(capsys, "--data", str(data), "ask", COST)
    assert code == 2
    assert told in err
    assert err.count("\n") == 1


NO_MODEL = {
    "OPENAI_API_KEY": {"DATELINE_MODEL": "m"},
    "DATELINE_MODEL": {"DATELINE_BASE_URL": "http://127.0.0.1:9/v1"},
    "DATELINE_BASE_URL": {"DATELINE_MODEL": "m", "DATELINE_BASE_URL": "nonsense"},
    "DATELINE_API_KEY": {
        "DATELINE_MODEL": "m",
        "DATELINE_BASE_URL": "http://127.0.0.1:9/v1",
        "DATELINE_API_KEY": "schlüssel",
    },
}


@pytest.mark.parametrize("told", NO_MODEL)
def test_what_asks_no_model_needs_no_settings_of_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], told: str
) -> None:
    monkeypatch.chdir(tmp_path)
    for name, value in NO_MODEL[told].items():
        monkeypatch.setenv(name, value)
    Path("bridge.txt").write_text(BRIDGE, encoding="utf-8")
    assert run(capsys, "ingest", "bridge.txt")[0] == 0
    code, out, _ = run(capsys, "articles", "list", "--json")
    article = json.loads(out)[0]["id"]
    assert code == 0
    for args in (("articles", "show", article), ("rebuild",)):
        assert run(capsys, *args)[0] == 0
    code, out, err = run(capsys, "status")
    (line,) = [line for line in out.splitlines() if line.startswith("model: ")]
    assert (code, err) == (0, "")
    assert told in line
    assert run(capsys, "articles", "delete", article)[0] == 0
    for args in (("ask", COST), ("serve", "--port", "1"), ("eval",)):
        code, out, err = run(capsys, *args)
        assert (code, out) == (2, "")
        assert told in err.splitlines()[-1]


def test_status_names_the_model_and_looks_at_no_proxy(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("ALL_PROXY", "ftp://nowhere")
    monkeypatch.setenv("DATELINE_MODEL", " m ")
    monkeypatch.setenv("DATELINE_BASE_URL", "http://127.0.0.1:9/v1")
    code, out, _ = run(capsys, "--data", str(data), "status", "--json")
    assert (code, json.loads(out)["model"]) == (0, "m")
    code, _, err = run(capsys, "--data", str(data), "ask", COST)
    assert code == 2
    assert "ALL_PROXY" in err
    assert err.count("\n") == 1


def test_a_server_that_is_not_there_is_told_in_one_line(
    data: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DATELINE_MODEL", "m")
    monkeypatch.setenv("DATELINE_BASE_URL", "http://127.0.0.1:9/v1")
    began = time.monotonic()
    code, out, err = run(capsys, "--data", str(data), "ask", COST)
    assert (code, out) == (1, "")
    assert err.count("\n") == 1
    assert "DATELINE_BASE_URL" in err
    assert time.monotonic() - began < 10


def test_without_a_model_nothing_changes(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("OPENAI_API_KEY", "sk-for-something-else")
    code, out, _ = run(capsys, "--data", str(data), "ask", COST, "--json")
    assert code == 0
    given = json.loads(out)
    assert (given["model"], given["prompt"], given["usage"]) == ("embedded-reader", None, None)
