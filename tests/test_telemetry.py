"""Spans, sent to a collector when one is named, and to nobody otherwise."""

import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from subprocess import run

import grpc
import pytest
from fastapi.testclient import TestClient
from opentelemetry.proto.collector.trace.v1 import trace_service_pb2, trace_service_pb2_grpc
from pages_of_news import BRIDGE, COST

from api.app import create_app
from api.logs import TRACE_HEADER
from api.telemetry import telemetry
from rag.errors import SettingsError
from rag.settings import load

SECONDS = 30


class Collector(trace_service_pb2_grpc.TraceServiceServicer):  # type: ignore[misc]
    """``received`` are the exports; ``came`` is set by the first."""

    def __init__(self) -> None:
        self.received: list[object] = []
        self.came = threading.Event()

    def Export(self, request: object, _: object) -> object:  # noqa: N802
        self.received.append(request)
        self.came.set()
        return trace_service_pb2.ExportTraceServiceResponse()


@pytest.fixture
def collector(monkeypatch: pytest.MonkeyPatch) -> Iterator[Collector]:
    made = Collector()
    server = grpc.server(ThreadPoolExecutor(1))
    trace_service_pb2_grpc.add_TraceServiceServicer_to_server(made, server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", f"http://127.0.0.1:{port}")
    yield made
    server.stop(None).wait(SECONDS)


def test_a_request_is_a_span_without_its_question(data: Path, collector: Collector) -> None:
    with TestClient(create_app(load(data=data))) as client:
        client.post("/v1/articles", json={"text": BRIDGE})
        reply = client.post("/v1/ask", json={"question": COST})
        client.get("/v1/articles", params={"publisher": "Zwickelhuber"})
    assert collector.came.wait(SECONDS)
    sent = "".join(map(str, collector.received))
    spans = [
        span
        for each in collector.received
        for resource in each.resource_spans
        for scope in resource.scope_spans
        for span in scope.spans
    ]
    assert [span.name for span in spans] == [
        "POST /v1/articles",
        "POST /v1/ask",
        "GET /v1/articles",
    ]
    assert spans[1].trace_id.hex() == reply.json()["trace_id"] == reply.headers[TRACE_HEADER]
    assert "Zwickelhuber" not in sent
    assert COST not in sent


def test_spans_are_sent_only_by_grpc(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:4318")
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf")
    with pytest.raises(SettingsError, match="Nothing was started"):
        telemetry()
    monkeypatch.setenv("OTEL_SDK_DISABLED", "true")
    assert telemetry().provider is None


def test_nothing_of_it_is_loaded_otherwise() -> None:
    code = (
        "import sys, os; os.environ.pop('OTEL_EXPORTER_OTLP_ENDPOINT', None)\n"
        "from api.telemetry import telemetry; assert telemetry().provider is None\n"
        "print([m for m in sys.modules if m.startswith(('opentelemetry.sdk', 'grpc'))])"
    )
    ended = run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ended.stdout == "[]\n"
