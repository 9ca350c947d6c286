"""Achievements, points, leaderboards, and how much of it somebody wants."""

from datetime import UTC
from types import SimpleNamespace
from typing import Any, cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from rest_framework.request import Request
from rest_framework.views import APIView

from accounts.models import User
from courses.forms import WEEKDAYS, MotivationForm
from courses.models import Course, Enrollment, Motivation, PointsEntry
from courses.queries import badges, ledger
from courses.queries import boards as places
from courses.queries.motivation import motivation_of, rhythm
from courses.services import boards, motivation, streaks
from tutorme.core.api.pagination import CursorPage
from tutorme.core.errors import InvalidInput, NotFound

_NEAR = 3


def _mine(request: HttpRequest) -> Motivation:
    assert isinstance(request.user, User)
    return motivation_of(request.user)


def _calm(request: HttpRequest) -> HttpResponse:
    return render(request, "courses/calm.html")


@login_required
@never_cache
@require_safe
def achievements(request: HttpRequest) -> HttpResponse:
    mine = _mine(request)
    if mine.is_calm:
        return _calm(request)
    found = badges.badges_of(mine.pk)
    earned = [row for row in found if row.earned_at]
    ahead = [row for row in found if not row.earned_at]
    context = {
        "earned": earned,
        "near": ahead[:_NEAR],
        "ahead": ahead[_NEAR:],
        "rhythm": rhythm(mine, timezone.now(), weeks=4),
        "weekdays": [name for _number, name in WEEKDAYS],
    }
    return render(request, "courses/achievements.html", context)


@login_required
@never_cache
@require_safe
def points(request: HttpRequest) -> HttpResponse:
    mine = _mine(request)
    if mine.is_calm:
        return _calm(request)
    page = CursorPage()
    ordering = cast(APIView, SimpleNamespace(page_ordering=("-earned_at", "-id")))
    entries = PointsEntry.objects.filter(user_id=mine.pk)
    try:
        rows = page.paginate_queryset(entries, Request(request), ordering) or []
    except (NotFound, InvalidInput) as error:
        raise Http404 from error
    context = {
        "lines": ledger.lines_of(rows),
        "rules": ledger.rules(),
        "next": page.get_next_link() or "",
        "previous": page.get_previous_link() or "",
    }
    return render(request, "courses/points.html", context)


@require_safe
def leaderboard(request: HttpRequest) -> HttpResponse:
    """`?board=week`, `all_time`, or `course` or `cohort` with `&course=<slug>`."""
    mine = _mine(request) if request.user.is_authenticated else None
    if mine and mine.is_calm:
        return _calm(request)
    kind = request.GET.get("board", "week")
    course = _course(request) if kind in {"course", "cohort"} else None
    if kind not in {"week", "all_time", "course", "cohort"}:
        raise Http404
    place = _place(request, course) if kind == "cohort" and course else None
    context = {
        "kind": kind,
        "course": course,
        "mine": mine,
        "began": place.created_at.astimezone(UTC).date() if place else None,
        "board": places.board(_key(kind, course, place), request.user.pk),
        "tabs": _tabs(request, kind, course),
    }
    return render(request, "courses/leaderboard.html", context)


def _course(request: HttpRequest) -> Course:
    seen = Course.objects.visible_to(request.user)
    course = seen.filter(slug=request.GET.get("course", "")[:120]).first()
    if course is None:
        raise Http404
    return course


def _place(request: HttpRequest, course: Course) -> Enrollment:
    place = Enrollment.objects.visible_to(request.user).filter(course=course).first()
    if place is None:
        raise Http404
    return place


def _key(kind: str, course: Course | None, place: Enrollment | None) -> str:
    if place:
        return boards.cohort_board(place.course_id, place.created_at)
    if course:
        return boards.course_board(course.pk)
    return boards.week_board(timezone.now()) if kind == "week" else boards.ALL


def _tabs(request: HttpRequest, kind: str, course: Course | None) -> list[dict[str, Any]]:
    """The two boards of everybody, and one for each of one's courses."""
    rows = Enrollment.objects.visible_to(request.user).open().order_by("-last_activity_at")
    fixed = [("week", _("This week")), ("all_time", _("All time"))]
    mine = rows.values_list("course__slug", "course__title")[:12]
    return [
        *({"href": f"?board={n}", "label": label, "current": kind == n} for n, label in fixed),
        *(
            {
                "href": f"?board=course&course={slug}",
                "label": title,
                "current": kind == "course" and course is not None and course.slug == slug,
            }
            for slug, title in mine
        ),
        *_cohort_tab(kind, course, {slug for slug, _title in mine}),
    ]


def _cohort_tab(kind: str, course: Course | None, mine: set[str]) -> list[dict[str, Any]]:
    """Beside the board of a course one learns."""
    if course is None or course.slug not in mine:
        return []
    address = f"?board=cohort&course={course.slug}"
    return [{"href": address, "label": _("Who began with me"), "current": kind == "cohort"}]


@login_required
@require_POST
def choose_boards(request: HttpRequest) -> HttpResponse:
    """On every leaderboard, or on none."""
    wants = request.POST.get("wants") == "yes"
    motivation.choose(user_id=_mine(request).pk, changes={"wants_boards": wants})
    said = _("You are on the leaderboards now.") if wants else _("You are on no leaderboard now.")
    messages.success(request, said)
    return redirect("leaderboard")


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def settings(request: HttpRequest) -> HttpResponse:
    mine = _mine(request)
    seen = rhythm(mine, timezone.now())
    chosen: dict[str, Any] = {
        "is_calm": mine.is_calm,
        "wants_boards": mine.wants_boards,
        "rest_days": [str(day) for day in sorted(seen.next_rest_days)],
    }
    form = MotivationForm(request.POST or None, initial=chosen)
    if request.method == "POST" and form.is_valid():
        _keep(mine, form.cleaned_data, {int(day) for day in chosen["rest_days"]})
        messages.success(request, _("Your choice is saved."))
        return redirect("settings-motivation")
    status = 422 if form.errors else 200
    return render(request, "courses/motivation.html", {"form": form, "rhythm": seen}, status=status)


def _keep(mine: Motivation, wanted: dict[str, Any], resting: set[int]) -> None:
    days = {int(day) for day in wanted.pop("rest_days")}
    if days != resting:
        streaks.choose_rest_days(user_id=mine.pk, weekdays=days)
    motivation.choose(user_id=mine.pk, changes=wanted)
