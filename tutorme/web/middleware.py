"""What services raise, as a page; the API's half is in core."""

from collections.abc import Callable

import structlog
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse

from tutorme.core.errors import DomainError, MethodNotAllowed, Unavailable
from tutorme.core.middleware import is_api
from tutorme.web import error_pages

log = structlog.get_logger(__name__)


class ErrorPageMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        # What Django answers where only a form may be sent is blank: whoever had to log in first
        # is led there with a GET.
        if response.status_code == MethodNotAllowed.status and not is_api(request):
            shown = error_pages.page(request, MethodNotAllowed())
            shown["Allow"] = response.get("Allow", "")
            return shown
        return response

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if is_api(request):
            return None
        if isinstance(error, DomainError):
            return error_pages.page(request, error)
        if isinstance(error, OperationalError | InterfaceError):
            log.exception("request.database_unavailable", path=request.path)
            return error_pages.page(request, Unavailable())
        return None
