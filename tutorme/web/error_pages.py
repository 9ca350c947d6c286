"""Error pages: what happened, what is safe, one thing to do, and the request id."""

import sys
from typing import Any

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import select_template

from tutorme.core.api.problems import problem_response
from tutorme.core.errors import (
    DomainError,
    InternalError,
    MalformedBody,
    NotAllowed,
    NotFound,
    Unavailable,
)
from tutorme.core.middleware import is_api
from tutorme.web.context import theme_of_browser
from tutorme.web.navigation import menus

FIRST_OF_OURS = 500


def page(request: HttpRequest, error: DomainError, *own: str) -> HttpResponse:
    """`own` are templates that say it better than that of the status."""
    if is_api(request):
        return problem_response(error)
    if error.status == 401:
        return redirect_to_login(request.get_full_path())
    context: dict[str, Any] = {
        "error": error,
        "request_id": getattr(request, "request_id", ""),
    }
    templates = [*own, f"errors/{error.status}.html", "errors/error.html"]
    if error.status >= FIRST_OF_OURS:
        # Who asks and what they chose may be just what cannot be read now.
        template = select_template(templates)
        body = template.render(context | _without_database(request))
        response = HttpResponse(body, status=error.status)
    else:
        response = render(request, templates, context, status=error.status)
    if error.wait_s:
        response["Retry-After"] = str(error.wait_s)
    return response


def _without_database(request: HttpRequest) -> dict[str, Any]:
    return {
        **menus(request.path, known=False, with_doors=False),
        "site_name": "TutorMe",
        "support_email": settings.SUPPORT_EMAIL,
        "theme": theme_of_browser(request),
        "here": request.get_full_path(),
    }


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return page(request, MalformedBody())


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return page(request, NotAllowed())


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    return page(request, NotAllowed(), "errors/form.html")


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return page(request, NotFound())


def server_error(request: HttpRequest) -> HttpResponse:
    """Django calls it while the exception is being handled. What a middleware raised (who asks is
    read there) has passed no `process_exception`."""
    gone = isinstance(sys.exception(), OperationalError | InterfaceError)
    return page(request, Unavailable() if gone else InternalError())
