"""Lessons with tutors, in figures."""

from collections.abc import Iterator
from typing import Any

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Sum
from django.utils.translation import gettext_lazy as _

from booking.models import Booking, LessonReview
from tutorme.core.reports import (
    Asked,
    Line,
    Report,
    Unit,
    counted,
    part,
    percent,
    rows_by_step,
)

_GIVEN = Q(state="completed")
_MISSED = Q(state__in=("no_show_student", "no_show_tutor"))
_BY_TUTOR = Q(state="cancelled_by_tutor")
_BY_STUDENT = Q(state="cancelled_by_student")
# What was agreed once, whatever became of it.
_AGREED = Q(confirmed_at__isnull=False)


@part("lessons", Report.TEACHING, _("Lessons"), order=20)
def lessons(asked: Asked) -> Iterator[Line]:
    mine = Booking.objects.filter(tutor_id=asked.teacher)
    yield from _became(mine, asked)
    given = mine.filter(_GIVEN)
    yield from _hours(given, asked)
    yield from _retention(given, asked)
    yield from _stars(LessonReview.objects.filter(tutor_id=asked.teacher), asked)


@part("lessons", Report.BUSINESS, _("Lessons"), order=30)
def all_lessons(asked: Asked) -> Iterator[Line]:
    yield from _became(Booking.objects.all(), asked)
    yield from _hours(Booking.objects.filter(_GIVEN), asked)
    yield from _stars(LessonReview.objects.all(), asked)


def _became(rows: QuerySet[Booking], asked: Asked) -> Iterator[Line]:
    """By the day a lesson was to begin."""
    found = rows_by_step(
        rows.filter(_AGREED),
        "starts_at",
        asked.period,
        given=Count("pk", filter=_GIVEN),
        missed=Count("pk", filter=_MISSED),
        by_tutor=Count("pk", filter=_BY_TUTOR),
        by_student=Count("pk", filter=_BY_STUDENT),
    )
    given = counted("lessons.given", _("Lessons given"), found, "given")
    bad = [
        counted("lessons.missed", _("Somebody did not come"), found, "missed", less_is_better=True),
        counted(
            "lessons.cancelled_by_tutor",
            _("Cancelled by the tutor"),
            found,
            "by_tutor",
            less_is_better=True,
        ),
        counted(
            "lessons.cancelled_by_student",
            _("Cancelled by the student"),
            found,
            "by_student",
            less_is_better=True,
        ),
    ]
    yield given
    yield from bad
    ended = (given.total or 0) + sum(line.total or 0 for line in bad)
    share = percent(given.total or 0, ended)
    yield Line("lessons.kept", _("Of agreed lessons given"), Unit.PERCENT, share)


def _hours(given: QuerySet[Booking], asked: Asked) -> Iterator[Line]:
    rows = rows_by_step(given, "starts_at", asked.period, time=Sum(F("ends_at") - F("starts_at")))
    seconds = {row["on"]: row["time"].total_seconds() for row in rows}
    yield Line("lessons.time", _("Time taught"), Unit.SECONDS, sum(seconds.values()), seconds)


def _retention(given: QuerySet[Booking], asked: Asked) -> Iterator[Line]:
    """Of the period's students: how many had been there before, and how many came back within
    it."""
    period = asked.period
    earlier = given.filter(student_id=OuterRef("student_id"), starts_at__lt=period.start)
    within = given.filter(starts_at__gte=period.start, starts_at__lt=period.end)
    students: list[Any] = list(
        within.order_by().values("student_id").annotate(n=Count("pk"), known=Exists(earlier))
    )
    returned = sum(1 for row in students if row["known"] or row["n"] > 1)
    yield Line("students.taught", _("Students"), Unit.COUNT, len(students))
    new = sum(1 for row in students if not row["known"])
    yield Line("students.new", _("Of them new"), Unit.COUNT, new)
    share = percent(returned, len(students))
    yield Line("students.returned", _("Came back to you"), Unit.PERCENT, share)


def _stars(rows: QuerySet[LessonReview], asked: Asked) -> Iterator[Line]:
    found = rows_by_step(
        rows.filter(is_hidden=False),
        "created_at",
        asked.period,
        count=Count("pk"),
        given_stars=Sum("stars"),
    )
    yield counted("reviews.written", _("Reviews of lessons"), found)
    count = sum(row["count"] for row in found)
    mean = round(sum(row["given_stars"] for row in found) / count, 2) if count else None
    steps = {row["on"]: round(row["given_stars"] / row["count"], 2) for row in found}
    yield Line("reviews.stars", _("Their mean, of five"), Unit.STARS, mean, steps)
