"""What services raise, as a page; the API's half is in core."""

from collections.abc import Callable

import structlog
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse

from tutorme.core.errors import DomainError, Unavailable
from tutorme.core.middleware import is_api
from tutorme.web import error_pages

log = structlog.get_logger(__name__)


class ErrorPageMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if is_api(request):
            return None
        if isinstance(error, DomainError):
            return error_pages.page(request, error)
        if isinstance(error, OperationalError | InterfaceError):
            log.exception("request.database_unavailable", path=request.path)
            return error_pages.page(request, Unavailable())
        return None
