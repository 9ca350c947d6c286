"""Tutors for somebody who is stuck in a lesson: who knows the course, and is free now or soon."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

from django.db.models import Case, Exists, IntegerField, OuterRef, Q, QuerySet, Value, When
from django.db.models.functions import Lower
from django.utils import timezone

from accounts.directory import FreeAt
from accounts.models import TutorProfile, TutorSubject
from accounts.queries.people import picture_address
from booking import queries
from booking.models import LessonType
from courses.models import Course, Enrollment, Lesson
from tutorme.core.money import Money

SOON = timedelta(days=7)
_LOOKED_AT = 24
_SHOWN = 8
_STARTS = 3


class Knows(StrEnum):
    """How well somebody knows the course, the best first; the word is part of the API."""

    AUTHOR = "author"
    COMPLETED = "completed"
    SUBJECT = "subject"


@dataclass(frozen=True)
class Helper:
    """`starts` are the first moments that can be booked; `minutes` and `price` are of the shortest
    lesson offered."""

    id: UUID
    slug: str
    name: str
    headline: str
    picture: str
    knows: Knows
    starts: tuple[datetime, ...]
    minutes: int
    price: Money


def helpers(lesson: Lesson, user: Any, *, now: datetime | None = None) -> list[Helper]:
    """Nine queries at most, however many tutors there are."""
    now = now or timezone.now()
    known = {row["pk"]: row for row in _candidates(lesson.course, user).values(*_COLUMNS)}
    if not known:
        return []
    starts = queries.free_starts(FreeAt(now, now + SOON), list(known))
    free = {pk: tuple(found[:_STARTS]) for pk, found in starts.items() if found}
    offers = _shortest(free)
    found = [
        _helper(known[pk], free[pk], offers[pk]) for pk in known if pk in free and pk in offers
    ]
    found.sort(key=lambda row: (_ORDER.index(row.knows), row.starts[0], str(row.id)))
    return found[:_SHOWN]


_ORDER = list(Knows)
_COLUMNS = (
    *("pk", "headline", "rank", "user__username", "user__display_name"),
    *("user__avatar_id", "user__avatar__name"),
)


def _candidates(course: Course, user: Any) -> QuerySet[TutorProfile]:
    """Its author, who completed it, who teaches its subject; never oneself."""
    done = Enrollment.objects.filter(
        course=course, user_id=OuterRef("pk"), completed_at__isnull=False
    )
    words = [word.lower() for word in (course.category, *course.tags)]
    subjects = TutorSubject.objects.alias(called=Lower("subject__name"))
    named = Q(subject__in=words) | Q(called__in=words)
    teaches = subjects.filter(named, profile_id=OuterRef("pk"))
    rank = Case(
        When(pk=course.instructor_id, then=Value(0)),
        When(Exists(done), then=Value(1)),
        When(Exists(teaches), then=Value(2)),
        default=Value(None),
        output_field=IntegerField(),
    )
    rows = TutorProfile.objects.listed().exclude(pk=user.pk)
    known = rows.annotate(rank=rank).filter(rank__isnull=False)
    return known.order_by("rank", "-approved_at", "pk")[:_LOOKED_AT]


def _shortest(tutor_ids: Iterable[UUID]) -> dict[UUID, LessonType]:
    rows = LessonType.objects.filter(tutor_id__in=list(tutor_ids), is_offered=True)
    return {row.tutor_id: row for row in rows.order_by("-minutes", "-price_minor", "pk")}


def _helper(row: dict[str, Any], starts: tuple[datetime, ...], offer: LessonType) -> Helper:
    return Helper(
        id=row["pk"],
        slug=row["user__username"].lower(),
        name=row["user__display_name"],
        headline=row["headline"],
        picture=picture_address(row["user__avatar_id"], row["user__avatar__name"]) or "",
        knows=_ORDER[row["rank"]],
        starts=starts,
        minutes=offer.minutes,
        price=offer.price,
    )
