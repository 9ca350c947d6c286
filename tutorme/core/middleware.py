"""The two ends of every request: its id, and the shape of what goes wrong."""

from collections.abc import Callable

import structlog
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse

from tutorme.core import context
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
            response = self.get_response(request)
        response["X-Request-Id"] = request_id
        return response


class ProblemMiddleware:
    """API addresses answer problem+json even where no API view was reached."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
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


def is_api(request: HttpRequest) -> bool:
    return request.path.startswith("/api/")


def is_problem(response: HttpResponse) -> bool:
    return response.headers.get("Content-Type", "").startswith("application/problem+json")
