"""`GET /metrics` in Prometheus' text format: requests, answers, failures of models, and sizes."""

from collections.abc import Callable, Iterable, Iterator, Mapping

from fastapi import APIRouter, Request, Response
from prometheus_client import (
    CONTENT_TYPE_LATEST,
    CollectorRegistry,
    Counter,
    Histogram,
    ProcessCollector,
    generate_latest,
)
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from api.admission import Admission
from api.auth import needs
from rag.engine import Engine
from rag.trace import Trace

_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60)


class Metrics:
    """What is counted, in a registry of its own for each application."""

    def __init__(
        self, admission: Admission, *, engines: Callable[[], Mapping[str, Engine]]
    ) -> None:
        self.registry = registry = CollectorRegistry()
        ProcessCollector(registry=registry)
        self._requests = Counter(
            "dateline_requests",
            "Requests by route, method and status.",
            ("route", "method", "status"),
            registry=registry,
        )
        self._seconds = Histogram(
            "dateline_request_seconds",
            "Seconds from a request to the end of its response.",
            ("route",),
            buckets=_SECONDS,
            registry=registry,
        )
        self._answers = Counter(
            "dateline_answers", "Answers by status.", ("status",), registry=registry
        )
        self._failures = Counter(
            "dateline_model_failures",
            "Failures of the model by code.",
            ("code",),
            registry=registry,
        )
        registry.register(_Now(admission, engines))

    def count(self, *, route: str, method: str, status: int, trace: Trace) -> None:
        """Count a request that has ended."""
        self._requests.labels(route, method, str(status)).inc()
        self._seconds.labels(route).observe(trace.waited())
        if trace.status is not None:
            self._answers.labels(trace.status).inc()
        if trace.failure is not None:
            self._failures.labels(trace.failure).inc()


class _Now(Collector):
    """What is looked up whenever the metrics are read."""

    def __init__(self, admission: Admission, engines: Callable[[], Mapping[str, Engine]]) -> None:
        self._admission = admission
        self._engines = engines

    def describe(self) -> Iterable[Metric]:
        # Without it the registry would read everything once at the start, to learn the names.
        return ()

    def collect(self) -> Iterator[Metric]:
        now = self._admission
        for name, what, value in (
            ("asking", "Questions being answered.", now.asking),
            ("waiting", "Questions that wait for their turn.", now.waiting),
            ("places", "Questions that are answered at once.", now.at_once),
        ):
            yield GaugeMetricFamily(f"dateline_questions_{name}", what, value=value)
        yield CounterMetricFamily(
            "dateline_questions_refused", "Questions refused as too many.", value=now.refused
        )
        counts = {name: engine.library.counts() for name, engine in self._engines().items()}
        for what, told in (
            ("articles", "Articles."),
            ("passages", "Passages."),
            ("pending", "Passages that the index has yet to take or drop."),
        ):
            family = GaugeMetricFamily(f"dateline_{what}", told, labels=("collection",))
            for name, found in counts.items():
                family.add_metric((name,), getattr(found, what))
            yield family


measured = APIRouter(dependencies=[needs("admin")], include_in_schema=False)


@measured.get("/metrics")
def metrics(request: Request) -> Response:
    """What Prometheus reads."""
    kept: Metrics = request.app.state.metrics
    return Response(generate_latest(kept.registry), media_type=CONTENT_TYPE_LATEST)
