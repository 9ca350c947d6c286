"""Pages that belong to no app: the front door, the look of things, what errors mean."""

from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseRedirect,
    JsonResponse,
)
from django.shortcuts import render
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import get_language, gettext
from django.views.decorators.http import require_POST, require_safe

from accounts.models import User
from accounts.services import profiles
from accounts.views.tutors import shown
from booking import queries as booked
from booking.rooms import OPENS_BEFORE
from courses import queries
from courses.models import Course
from courses.models.courses import FRONT_PAGE
from courses.queries import catalogue
from courses.queries.motivation import current_streak, motivation_of
from tutorme.core import health
from tutorme.core.errors import DomainError, all_errors
from tutorme.core.money import Money
from tutorme.web import evening
from tutorme.web.styleguide import samples

THEMES = frozenset({"light", "dark"})
THEME_SECONDS = 365 * 24 * 3600


@require_safe
def landing(request: HttpRequest) -> HttpResponse:
    """The shelf shows what was put there, then what is newest; each book with title, slug, subject,
    teacher and price. Below it, who teaches one to one and is free this evening, or next."""
    door = evening.door(timezone.now())
    context = {
        "courses": shelf_courses(8),
        "tutors": [shown(card) for card in door.cards],
        "door": door,
    }
    return render(request, "web/landing.html", context)


@login_required
@require_safe
def today(request: HttpRequest) -> HttpResponse:
    """What a learner comes back to: who waits for them, where they stopped, and what else they
    have begun."""
    assert isinstance(request.user, User)
    now = timezone.now()
    lesson = booked.next_lesson(request.user.pk, now=now)
    mine = motivation_of(request.user)
    shelf = queries.shelf(request.user.pk, limit=12)
    current = next((row for row in shelf if row.state == "active"), None)
    outline = queries.outline(current.course, request.user) if current else None
    context = {
        "current": current,
        "streak": current_streak(mine, now),
        "lesson": lesson,
        "teaches": lesson is not None and lesson.tutor_id == request.user.pk,
        "begun": lesson is not None and lesson.starts_at <= now,
        "way_in": lesson is not None and lesson.starts_at - OPENS_BEFORE <= now,
        "is_calm": mine.is_calm,
        "outline": outline,
        "resume": queries.resume_at(outline) if outline else None,
        "others": [row for row in shelf if row is not current],
        "suggestions": [] if shelf else shelf_courses(4),
    }
    return render(request, "web/today.html", context)


def shelf_courses(count: int) -> list[dict[str, Any]]:
    rows = Course.objects.published().order_by(*FRONT_PAGE)
    return [
        {
            "slug": row["slug"],
            "title": row["title"],
            "subject": row["category"],
            "teacher": row["instructor__display_name"],
            "price": _price(row),
            "lessons": row["lesson_count"],
        }
        for row in rows.values(*catalogue.CARD)[:count]
    ]


def _price(row: dict[str, Any]) -> str:
    if not row["price_minor"]:
        return gettext("Free")
    return Money(row["price_minor"], row["currency"]).localized(get_language() or "en")


@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    """The process is alive; asks nobody else, so that a database's trouble restarts no web."""
    return HttpResponse("ok", content_type="text/plain")


@require_safe
def readyz(request: HttpRequest) -> HttpResponse:
    """Whether this process can do its work now; parts by name, without details."""
    parts = {name: state.partition(" ")[0] for name, state in health.readiness().items()}
    ready = all(state == "ok" for state in parts.values())
    return JsonResponse(parts, status=200 if ready else 503)


@require_POST
def set_theme(request: HttpRequest) -> HttpResponse:
    """Keeps the chosen paper, in a cookie and with the account; anything but light or dark follows
    the device."""
    response = HttpResponseRedirect(_way_back(request))
    chosen = request.POST.get("theme", "")
    if isinstance(request.user, User):
        kept = chosen if chosen in THEMES else User.Theme.DEVICE
        profiles.update_preferences(user=request.user, changes={"theme": kept})
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
