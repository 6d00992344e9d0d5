"""OpenTelemetry, when OTEL_EXPORTER_OTLP_ENDPOINT names a collector: a span for each request.

The rest of the standard ``OTEL_*`` variables are read by OpenTelemetry itself.
"""

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from rag.errors import SettingsError

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import TracerProvider

_ENDPOINT = "OTEL_EXPORTER_OTLP_ENDPOINT"
_PROTOCOLS = ("OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", "OTEL_EXPORTER_OTLP_PROTOCOL")


@dataclass(frozen=True)
class Telemetry:
    """Where spans go; ``provider`` None sends none."""

    provider: "TracerProvider | None" = None

    @property
    def options(self) -> Any:
        """For FastAPI's ``telemetry``; otherwise it sends to whatever is set up globally."""
        on = self.provider is not None
        return {
            "tracer_provider": self.provider,
            "tracing": on,
            "metrics": False,
            "logs": False,
            "operation_spans": False,
            "auto_configure": False,
        }

    def trace_id(self) -> str | None:
        """The id of the span that this request has, None without one."""
        if self.provider is None:
            return None
        from opentelemetry import trace

        context = trace.get_current_span().get_span_context()
        return trace.format_trace_id(context.trace_id) if context.is_valid else None

    def close(self) -> None:
        """Send what is left."""
        if self.provider is not None:
            self.provider.shutdown()


def telemetry() -> Telemetry:
    """As the environment says. Raises SettingsError."""
    if not os.environ.get(_ENDPOINT) or os.environ.get("OTEL_SDK_DISABLED", "").lower() == "true":
        return Telemetry()
    protocol = next((os.environ[name] for name in _PROTOCOLS if os.environ.get(name)), "grpc")
    if protocol != "grpc":
        raise SettingsError(
            f"Spans are sent by grpc only, and OpenTelemetry is set to {protocol[:50]}. Nothing "
            f"was started; unset {_PROTOCOLS[1]}, or have {_ENDPOINT} lead to a port for grpc."
        )
    from opentelemetry.exporter.otlp.proto.grpc.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import ReadableSpan, Span, SpanProcessor, TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor

    class Unasked(SpanProcessor):
        """Takes the query of an address out of its span: it may hold a question."""

        def on_start(self, span: Span, parent_context: Any = None) -> None:  # noqa: ARG002
            span.set_attribute("url.query", "")

        def on_end(self, span: ReadableSpan) -> None:
            pass

    name = os.environ.get("OTEL_SERVICE_NAME") or "dateline"
    provider = TracerProvider(resource=Resource.create({"service.name": name}))
    provider.add_span_processor(Unasked())
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    return Telemetry(provider)
