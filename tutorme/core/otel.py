"""OpenTelemetry's half of `tracing`: loaded only where somebody listens."""

import hashlib
from collections.abc import Callable
from typing import Any
from uuid import UUID

from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.sdk.trace.id_generator import RandomIdGenerator
from opentelemetry.trace import SpanKind

from tutorme.core import context

_KINDS = {"server": SpanKind.SERVER, "client": SpanKind.CLIENT, "consumer": SpanKind.CONSUMER}
_providers: list[TracerProvider] = []


class RequestIds(RandomIdGenerator):
    """The request's id as the trace's; work that nobody asked for has a trace of its own."""

    def generate_trace_id(self) -> int:
        request_id = context.request_id()
        return trace_id_of(request_id) if request_id else super().generate_trace_id()


def trace_id_of(request_id: str) -> int:
    """Ours are 128 bits already; a client's own words become some."""
    try:
        found = UUID(request_id).int
    except ValueError:
        found = int.from_bytes(hashlib.sha256(request_id.encode()).digest()[:16], "big")
    return found or 1


def started(options: dict[str, str]) -> Callable[[str, dict[str, Any]], Any]:
    provider = TracerProvider(
        id_generator=RequestIds(), resource=Resource.create({"service.name": options["service"]})
    )
    exporter = OTLPSpanExporter(endpoint=f"{options['endpoint'].rstrip('/')}/v1/traces")
    provider.add_span_processor(BatchSpanProcessor(exporter))
    _providers[:] = [provider]
    tracer = provider.get_tracer("tutorme")

    def make(name: str, attributes: dict[str, Any]) -> Any:
        kind = _KINDS.get(attributes.pop("kind", ""), SpanKind.INTERNAL)
        return tracer.start_as_current_span(name, kind=kind, attributes=attributes)

    return make


def flush() -> None:
    """Sends what is still held back."""
    for provider in _providers:
        provider.force_flush()
