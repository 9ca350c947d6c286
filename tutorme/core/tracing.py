"""Where time goes, over processes: spans for OpenTelemetry, where OTEL_EXPORTER_OTLP_ENDPOINT names
a collector and the extra `tracing` is installed. Otherwise nothing is loaded and nothing is made.

    with tracing.span("certificates.render", job=str(row.pk)):

A trace has the request's own id. What follows from a request hours later in a worker is in the same
trace, and the id on an error page is the trace to look for. Values never go into a span: no query
string, no parameters of statements, no bodies.
"""

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from importlib import import_module
from typing import Any

from django.conf import settings

from tutorme.starting import Misconfigured

# What is yielded: the span, or None where nobody traces.
Made = AbstractContextManager[Any]
_make: list[Callable[[str, dict[str, Any]], Made]] = []
_OFF = nullcontext()


def start() -> None:
    if not settings.TRACING["endpoint"]:
        return
    try:
        otel = import_module("tutorme.core.otel")
    except ModuleNotFoundError as error:
        raise Misconfigured(
            "OTEL_EXPORTER_OTLP_ENDPOINT is set, and the extra `tracing` is not installed:"
            " pip install -r requirements/tracing.txt"
        ) from error
    _make[:] = [otel.started(settings.TRACING)]


def is_on() -> bool:
    return bool(_make)


def span(name: str, **attributes: Any) -> Made:
    return _make[0](name, attributes) if _make else _OFF
