"""A service that is told to end: not ready at once, what it has begun is finished, exit code 0."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import httpx2
import pytest
from fastapi.testclient import TestClient
from gated_model import Gate
from pages_of_news import BRIDGE, COST
from processes import free_port

from api.app import create_app
from evals.bench.scripted_model import NAME, ScriptedModel
from rag.ingest import ingest
from rag.settings import load
from rag.sources import Source
from rag.wiring import open_engine

SECONDS = 60
SERVE = """
import sys
from api import cli, serve
serve._GRACE_SECONDS, serve._DRAIN_SECONDS = 60.0, 3.0
sys.exit(cli.main(sys.argv[1:]))
"""


@contextmanager
def served(data: Path, port: int, model: ScriptedModel) -> Iterator[subprocess.Popen[str]]:
    """A service that logs JSON; it is killed at the end when it has not ended by then."""
    command = [sys.executable, "-c", SERVE, "--data", data, "serve", "--port", str(port)]
    env = os.environ | {
        "DATELINE_BASE_URL": model.url,
        "DATELINE_MODEL": NAME,
        "PYTHONPATH": str(Path(__file__).parent.parent),
    }
    pipe = subprocess.PIPE
    with subprocess.Popen(
        [*command, "--log", "json"], env=env, stdout=pipe, stderr=pipe, text=True
    ) as process:
        try:
            assert process.stdout is not None
            assert "answers on" in process.stdout.readline()
            yield process
        finally:
            process.kill()


def test_what_has_begun_is_finished_and_nothing_dropped(tmp_path: Path) -> None:
    data, port, gate = tmp_path / "data", free_port(), Gate(SECONDS)
    with open_engine(load(data=data)) as engine:
        ingest(engine, [Source(content=BRIDGE)])
    with (
        ScriptedModel(reply=gate.reply) as model,
        served(data, port, model) as service,
        httpx2.Client(
            base_url=f"http://127.0.0.1:{port}", timeout=SECONDS, trust_env=False
        ) as client,
        ThreadPoolExecutor(4) as pool,
    ):

        def ask(accept: str) -> httpx2.Response:
            headers = {"accept": accept}
            return client.post("/v1/ask", json={"question": COST}, headers=headers)

        assert client.get("/readyz").json() == {"status": "ready"}
        kinds = ["application/json", "text/event-stream"] * 2
        asked = [pool.submit(ask, kind) for kind in kinds]
        for _ in asked:
            assert gate.reached.acquire(timeout=SECONDS)
        service.send_signal(signal.SIGTERM)
        while (ready := client.get("/readyz")).status_code == 200:
            pass
        assert ready.status_code == 503
        assert ready.json()["type"] == "urn:dateline:Stopping"
        assert client.get("/livez").status_code == 200
        # Who has not seen it yet is answered, and told to come no more.
        late = client.get("/v1/articles")
        assert (late.status_code, late.headers["connection"]) == (200, "close")
        gate.opened.set()
        for kind, future in zip(kinds, asked, strict=True):
            reply = future.result(SECONDS)
            assert reply.status_code == 200
            assert "412 million euros" in reply.text
            assert ("event: done" in reply.text) == (kind == "text/event-stream")
            if kind == "application/json":  # the head of a stream was sent before the signal
                assert reply.headers["connection"] == "close"
        _, log = service.communicate(timeout=SECONDS)
        assert service.returncode == 0
    lines = [json.loads(line) for line in log.splitlines()]
    assert sum(line["route"] == "/v1/ask" for line in lines) == 4
    assert all(not line["cut"] for line in lines)
    assert COST not in log


def test_a_service_that_is_stopped_is_not_ready_but_alive(data: Path) -> None:
    app = create_app(load(data=data))
    with TestClient(app) as client:
        assert client.get("/readyz").json() == {"status": "ready"}
        app.state.stopping.set()
        assert client.get("/readyz").status_code == 503
        assert client.get("/livez").json() == {"status": "alive"}
        assert client.get("/healthz").status_code == 200


@pytest.mark.parametrize("path", ["/readyz", "/healthz"])
def test_what_cannot_be_searched_is_not_ready(data: Path, path: str) -> None:
    with TestClient(create_app(load(data=data))) as client:
        client.post("/v1/articles", json={"text": BRIDGE})
    settings = load(data=data, embedder="other", embed_api_key="none")
    with TestClient(create_app(settings)) as client:
        reply = client.get(path)
        assert reply.status_code == 503
        assert reply.headers["content-type"] == "application/problem+json"
        assert client.get("/livez").status_code == 200
