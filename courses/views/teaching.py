"""A teacher's desk: one's courses, how they are doing, and who needs a word."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils import formats, timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from accounts.models import User
from courses.errors import NoReasonToNudge, NudgedAlready
from courses.models import Course
from courses.queries import analytics, needing_help, owns
from courses.queries.analytics import Analytics
from courses.queries.wishes import asked_for
from courses.services import nudging
from tutorme.core import spreadsheets
from tutorme.core.errors import NotFound, TooManyRequests

# As many wishes as the desk lists; the API has more.
_WISHES = 10


@login_required
@never_cache
@require_safe
def desk(request: HttpRequest) -> HttpResponse:
    assert request.user.pk is not None
    now = timezone.now()
    courses = analytics.taught(request.user.pk, now)
    ids = [row.id for row in courses]
    waiting = needing_help.stuck(ids, now, most=8) if ids else {}
    numbers, weeks = analytics.by_week(ids, now)
    teaches = _teaches(request)
    context = {
        "courses": courses,
        "stuck": [(row, one) for row in courses for one in waiting.get(row.id, ())],
        "weeks": [_bar(week.starts_on, week.enrolled) for week in weeks],
        "enrolled": sum(week.enrolled for week in weeks),
        "takings": _takings(analytics.takings(ids)),
        "learners": numbers.enrolled,
        "teaches": teaches,
        "asked_for": asked_for(_WISHES) if teaches else [],
    }
    return render(request, "courses/desk.html", context)


def _teaches(request: HttpRequest) -> bool:
    return isinstance(request.user, User) and (request.user.is_tutor or request.user.is_admin)


def _course(request: HttpRequest, slug: str) -> Course:
    course = Course.objects.filter(slug=slug).first()
    if course is None or not owns(course, request.user):
        raise Http404
    return course


@login_required
@never_cache
@require_safe
def course_analytics(request: HttpRequest, slug: str) -> HttpResponse:
    course = _course(request, slug)
    found = analytics.analytics(course, timezone.now())
    context = {
        "course": course,
        "found": found,
        **_charts(found),
        "takings": _takings(found.takings),
    }
    return render(request, "courses/analytics.html", context)


def _charts(found: Analytics) -> dict[str, Any]:
    worst = max((step.lost for step in found.funnel), default=0)
    return {
        "steps": [
            {
                "label": step.title,
                "value": step.completed,
                "note": _lost(step.lost),
                "marked": bool(worst) and step.lost == worst,
            }
            for step in found.funnel
        ],
        "enrolled": [_bar(week.starts_on, week.enrolled) for week in found.weeks],
        "completed": [_bar(week.starts_on, week.completed) for week in found.weeks],
        "ratings": [
            {
                "label": formats.date_format(row.month, "F Y"),
                "value": row.average,
                "note": ngettext("%(n)d rating", "%(n)d ratings", row.count) % {"n": row.count},
            }
            for row in found.ratings
        ],
    }


def _lost(count: int) -> str:
    if not count:
        return ""
    return ngettext("%(n)d stopped here", "%(n)d stopped here", count) % {"n": count}


def _bar(day: Any, value: int) -> tuple[str, str, int]:
    return formats.date_format(day, "j M"), str(value), value


def _takings(rows: list[analytics.Takings]) -> list[dict[str, Any]]:
    """One series a currency: they are never added up."""
    series: dict[str, list[dict[str, Any]]] = {}
    for row in rows:
        bar = {
            "label": formats.date_format(row.month, "F Y"),
            "value": row.net.minor,
            "shown": row.net.localized(),
            "note": ngettext("%(n)d order", "%(n)d orders", row.orders) % {"n": row.orders},
        }
        series.setdefault(row.net.currency, []).append(bar)
    return [{"currency": currency, "rows": bars} for currency, bars in series.items()]


@login_required
@require_safe
def learners_file(request: HttpRequest, slug: str) -> StreamingHttpResponse:
    """Name, state and percent, as a file for spreadsheets."""
    course = _course(request, slug)
    rows = (
        (username if "@" in name else name, state, percent)
        for name, username, state, percent in analytics.learners(course)
    )
    head = (_("Learner"), _("State"), _("Percent"))
    return spreadsheets.download(f"{course.slug}-learners.csv", spreadsheets.lines(head, rows))


@login_required
@require_POST
def nudge(request: HttpRequest, slug: str, enrollment_id: UUID) -> HttpResponse:
    course = _course(request, slug)
    try:
        nudging.nudge(course=course, enrollment_id=enrollment_id, sender=request.user)
    except NotFound as error:
        raise Http404 from error
    except (NoReasonToNudge, NudgedAlready, TooManyRequests) as error:
        messages.error(request, error.detail)
    else:
        messages.success(request, _("They have been told that the course waits for them."))
    return redirect("teach-analytics", slug=slug)
