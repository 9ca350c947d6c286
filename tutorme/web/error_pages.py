"""Error pages: what happened, what is safe, one thing to do, and the request id."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from tutorme.core.api.problems import problem_response
from tutorme.core.errors import DomainError, InternalError, MalformedBody, NotAllowed, NotFound
from tutorme.core.middleware import is_api


def _page(request: HttpRequest, error: DomainError) -> HttpResponse:
    if is_api(request):
        return problem_response(error)
    context = {"error": error, "request_id": getattr(request, "request_id", "")}
    return render(request, f"errors/{error.status}.html", context, status=error.status)


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return _page(request, MalformedBody())


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return _page(request, NotAllowed())


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    return _page(request, NotAllowed())


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return _page(request, NotFound())


def server_error(request: HttpRequest) -> HttpResponse:
    return _page(request, InternalError())
