"""Somebody's points, line by line, in words."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from courses.models import Achievement, Course, Lesson, PointsEntry

Rule = PointsEntry.Rule
WORDS: dict[str, Promise] = {
    Rule.LESSON: _("Lesson completed"),
    Rule.QUIZ: _("Quiz passed"),
    Rule.QUIZ_FIRST_TRY: _("Nearly everything right at the first try"),
    Rule.COURSE: _("Course completed"),
    Rule.REVIEW: _("What went wrong, gone over"),
    Rule.ACHIEVEMENT: _("Achievement"),
    Rule.CORRECTION: _("Corrected by the team"),
}


@dataclass(frozen=True)
class Line:
    """`about` is the title of what it was given for, or the reason of a correction."""

    what: Promise
    about: str
    points: int
    earned_at: datetime
    is_capped: bool


@dataclass(frozen=True)
class RuleLine:
    what: Promise
    points: int
    a_day: int | None


def lines_of(entries: Sequence[PointsEntry]) -> list[Line]:
    """Three queries for the titles of a page of entries."""
    titles = _titles(entries)
    return [
        Line(
            what=WORDS[row.rule],
            about=row.reason or titles.get(row.object_id, ""),
            points=row.points,
            earned_at=row.earned_at,
            is_capped=row.rule in settings.POINTS and row.points < settings.POINTS[row.rule],
        )
        for row in entries
    ]


def _titles(entries: Sequence[PointsEntry]) -> dict[UUID, str]:
    ids = [row.object_id for row in entries]
    found: dict[UUID, str] = {}
    for model in (Lesson, Course, Achievement):
        found |= dict(model._default_manager.filter(pk__in=ids).values_list("pk", "title"))
    return found


def rules() -> list[RuleLine]:
    """What earns how much, in the order people meet it."""
    return [
        RuleLine(WORDS[rule], points, settings.POINTS_A_DAY.get(rule))
        for rule, points in settings.POINTS.items()
    ]
