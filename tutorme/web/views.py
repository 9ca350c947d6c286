"""Pages that belong to no app: the front door, the look of things, what errors mean."""

from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST, require_safe

from tutorme.core.errors import DomainError, all_errors
from tutorme.web.styleguide import samples

THEMES = frozenset({"light", "dark"})
THEME_SECONDS = 365 * 24 * 3600


@require_safe
def landing(request: HttpRequest) -> HttpResponse:
    """Each of `courses` has title, slug, subject, teacher, price (text) and lessons (a count)."""
    return render(request, "web/landing.html", {"courses": []})


@require_POST
def set_theme(request: HttpRequest) -> HttpResponse:
    """Keeps the chosen paper in a cookie; anything but light or dark follows the device."""
    response = HttpResponseRedirect(_way_back(request))
    chosen = request.POST.get("theme", "")
    if chosen in THEMES:
        response.set_cookie(
            "theme",
            chosen,
            max_age=THEME_SECONDS,
            secure=request.is_secure(),
            httponly=True,
            samesite="Lax",
        )
    else:
        response.delete_cookie("theme", samesite="Lax")
    return response


def _way_back(request: HttpRequest) -> str:
    given = request.POST.get("next", "")
    safe = url_has_allowed_host_and_scheme(
        given, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return given if safe else "/"


@require_safe
def problem(request: HttpRequest, code: str) -> HttpResponse:
    """What an error code of the API means; the `type` of a problem leads here."""
    found = next((error for error in all_errors() if error.code == code), None)
    if found is None:
        raise Http404
    return render(request, "web/problem.html", {"problem": _row(found)})


@require_safe
def problems(request: HttpRequest) -> HttpResponse:
    return render(request, "web/problems.html", {"problems": [_row(e) for e in all_errors()]})


def _row(error: type[DomainError]) -> dict[str, Any]:
    """A template would call the class itself."""
    return {
        "code": error.code,
        "title": error.title,
        "status": error.status,
        "explanation": error.explanation,
        "retry_after": error.retry_after,
    }


@require_safe
def styleguide(request: HttpRequest) -> HttpResponse:
    """Every component in every state; `?dir=rtl` turns it round, `?theme=` shows the paper."""
    if not settings.DEBUG:
        raise Http404
    context = samples(request.GET.get("dir", ""), request.GET.get("theme", ""))
    return render(request, "styleguide/styleguide.html", context)
