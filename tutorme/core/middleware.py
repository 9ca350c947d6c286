"""The two ends of every request: its id, and the shape of what goes wrong."""

from collections.abc import Callable
from typing import Any

import structlog
from django.db import InterfaceError, OperationalError
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase

from tutorme.core import context, row_security, tracing
from tutorme.core.api.problems import problem_response
from tutorme.core.errors import DomainError, InternalError, NotFound, Unavailable

log = structlog.get_logger(__name__)
GetResponse = Callable[[HttpRequest], HttpResponse]


class RequestIdMiddleware:
    """Accepts or makes `X-Request-Id`, binds it to every log line and row, echoes it."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request_id = context.accepted_request_id(request.headers.get("X-Request-Id", ""))
        request.request_id = request_id  # type: ignore[attr-defined]
        with context.bound(request_id=request_id):
            response = self._traced(request) if tracing.is_on() else self.get_response(request)
        response["X-Request-Id"] = request_id
        return response

    def _traced(self, request: HttpRequest) -> HttpResponse:
        method = str(request.method)
        with tracing.span(method, kind="server", **{"http.request.method": method}) as span:
            response = self.get_response(request)
            route = request.resolver_match.route if request.resolver_match else ""
            span.update_name(f"{method} /{route}")
            span.set_attributes(
                {"http.route": f"/{route}", "http.response.status_code": response.status_code}
            )
        return response


class ProblemMiddleware:
    """API addresses answer problem+json even where no API view was reached. An address with a
    NUL leads nowhere: PostgreSQL has no such text, so nothing here is called that."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if "\x00" in request.path_info:
            raise Http404
        response = self.get_response(request)
        if response.status_code == 404 and is_api(request) and not is_problem(response):
            return problem_response(NotFound())
        return response

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if not is_api(request):
            return None
        if isinstance(error, DomainError):
            return problem_response(error)
        if isinstance(error, OperationalError | InterfaceError):
            log.exception("request.database_unavailable")
            return problem_response(Unavailable())
        log.exception("request.crashed", path=request.path)
        return problem_response(InternalError())


# Where others' rows are read by right, and where it is only being found out who asks.
_READ_AS_SYSTEM = ("/admin/", "/account/", "/_allauth/", "/metrics", "/healthz/", "/readyz/")


class ReadingMiddleware:
    """What a person's request only reads, it reads behind the third wall (`row_security`). An API
    view says who asks once it knows; on pages the session has said it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if request.method not in {"GET", "HEAD"} or request.path.startswith(_READ_AS_SYSTEM):
            return self.get_response(request)
        with row_security.reading() as reader:
            if not is_api(request):
                row_security.begin(request.user)
            response = self.get_response(request)
        if isinstance(response, StreamingHttpResponse) and not isinstance(response, FileResponse):
            parts: Any = response.streaming_content
            response.streaming_content = row_security.streamed(iter(parts), reader)
        return response


def is_api(request: HttpRequest) -> bool:
    return request.path.startswith("/api/")


def is_problem(response: HttpResponse) -> bool:
    return response.headers.get("Content-Type", "").startswith("application/problem+json")
