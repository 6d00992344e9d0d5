"""A request that is given up, by its client or by the end of the service, leaves no traceback."""

import json
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from pages_of_news import BRIDGE, COST
from raw_server import STREAM_HEAD, event, raw_server

from rag.ingest import ingest
from rag.settings import load
from rag.sources import Source
from rag.wiring import open_engine

ENDS_SECONDS = 30
GRACE_SECONDS = 0.5
STALLS = [STREAM_HEAD, event("The"), "stall"]
SERVE = """
import sys
from api import cli, serve, streaming
serve._GRACE_SECONDS, streaming.PING_SECONDS = float(sys.argv.pop(1)), float(sys.argv.pop(1))
sys.exit(cli.main(sys.argv[1:]))
"""


@dataclass
class Service:
    """A service in a process of its own; ``log`` is its stderr, once it has ended."""

    process: subprocess.Popen[str]
    port: int
    log: str = ""

    def ask(self, *, accept: str = "application/json") -> socket.socket:
        """A connection with a question sent on it."""
        body = json.dumps({"question": COST}).encode()
        head = f"POST /v1/ask HTTP/1.1\r\nHost: localhost\r\nAccept: {accept}\r\n"
        head += f"Content-Length: {len(body)}\r\n"
        client = socket.create_connection(("127.0.0.1", self.port), timeout=ENDS_SECONDS)
        client.sendall(f"{head}Content-Type: application/json\r\n\r\n".encode() + body)
        return client


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("hang-up")
    with open_engine(load(data=folder)) as engine:
        ingest(engine, [Source(content=BRIDGE)])
    return folder


@contextmanager
def served(
    data: Path, folder: Path, base_url: str, *, grace: float = GRACE_SECONDS, ping: float = 15.0
) -> Iterator[Service]:
    """The service with a short grace, and its log kept. It has to end by itself, and well."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    program = [sys.executable, "-c", SERVE, str(grace), str(ping)]
    command = [*program, "--data", data, "serve", "--port", str(port)]
    env = os.environ | {
        "DATELINE_BASE_URL": base_url,
        "DATELINE_MODEL": "scripted",
        "PYTHONPATH": str(Path(__file__).parent.parent),
        "PYTHONWARNINGS": "default",
    }
    with (folder / "log").open("w+") as log:
        process = subprocess.Popen(
            command, env=env, cwd=folder, stdout=subprocess.PIPE, stderr=log, text=True
        )
        service = Service(process, port)
        try:
            assert process.stdout is not None
            assert "answers on" in process.stdout.readline()
            yield service
            process.terminate()
            assert process.wait(ENDS_SECONDS) == 0
        finally:
            process.kill()
            process.wait()
            process.stdout.close()
        log.seek(0)
        service.log = log.read()


def test_clients_that_hang_up_leave_nothing_in_the_log(data: Path, tmp_path: Path) -> None:
    with raw_server(STALLS) as model:
        with served(data, tmp_path, model.base_url) as service:
            for _ in range(3):
                with service.ask():
                    assert model.stalled.acquire(timeout=ENDS_SECONDS)
                assert model.wait_hang_up(timeout=1.0)
        assert len(model.requests) == 3
    assert service.log == ""


def test_clients_that_hang_up_before_the_model_is_asked(data: Path, tmp_path: Path) -> None:
    with raw_server(STALLS) as model, served(data, tmp_path, model.base_url) as service:
        for _ in range(20):
            service.ask().close()
        with service.ask():
            assert model.stalled.acquire(timeout=ENDS_SECONDS)
    assert service.log == ""


@pytest.mark.parametrize("end", [signal.SIGINT, signal.SIGTERM])
def test_an_answer_under_way_when_the_service_ends_is_a_problem(
    data: Path, tmp_path: Path, end: signal.Signals
) -> None:
    with raw_server(STALLS) as model, served(data, tmp_path, model.base_url) as service:
        with service.ask() as client:
            assert model.stalled.acquire(timeout=ENDS_SECONDS)
            service.process.send_signal(end)
            received = b"".join(iter(lambda: client.recv(65536), b""))
        assert model.wait_hang_up(timeout=1.0)
        assert service.process.wait(ENDS_SECONDS) == 0
    head, _, body = received.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 503 ")
    assert b"application/problem+json" in head
    assert "is being stopped" in json.loads(body)["detail"]
    assert "Traceback" not in service.log
    assert service.log.count("\n") <= 1, "uvicorn's own line on what it cancels"


def test_the_end_of_the_service_ends_all_questions_under_way(data: Path, tmp_path: Path) -> None:
    with raw_server(STALLS) as model, served(data, tmp_path, model.base_url) as service:
        clients = [service.ask() for _ in range(4)]
        for _ in clients:
            assert model.stalled.acquire(timeout=ENDS_SECONDS)
        gone = threading.Timer(GRACE_SECONDS, clients.pop().close)
        gone.start()
        service.process.terminate()
        for client in clients:
            with client:
                assert client.recv(13) == b"HTTP/1.1 503 "
        gone.join()
        assert service.process.wait(ENDS_SECONDS) == 0
    assert "Traceback" not in service.log
