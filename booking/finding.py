"""Tutors who are free at a time. `FreeStart` finds them in a millisecond; the pure function looks
at each of those who are to be shown, so that nobody is offered a time that is gone."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import F, IntegerField, Min, OuterRef, Q, QuerySet
from django.db.models.expressions import Combinable
from django.db.models.functions import Coalesce
from django.utils import timezone

from accounts.directory import FreeAt
from booking.models import FreeStart, LessonType, TutorStanding
from booking.slots import Diary
from booking.walltime import Span
from tutorme.core.lookups import among
from tutorme.core.prepared import prepared

# `booking.queries.diaries`, which stands above this module.
Diaries = Callable[..., dict[UUID, Diary]]


def matching(free: FreeAt) -> Q:
    """For a list of tutor profiles, by what was noted down."""
    return Q(pk__in=_noted(free, timezone.now()).values("tutor_id"))


def noted(free: FreeAt) -> QuerySet[FreeStart, tuple[UUID, datetime]]:
    """Each tutor who fits with the first of their starts, in one pass over the hours' rows."""
    grouped = _noted(free, timezone.now()).order_by().values("tutor_id")
    return grouped.annotate(first=Min("starts_at")).values_list("tutor_id", "first")


def moments(free: FreeAt, count: int) -> ArraySubquery:
    """The first so many starts of each profile, whatever the lengths that begin there."""
    own = _noted(free, timezone.now()).filter(tutor_id=OuterRef("pk")).order_by("starts_at")
    return ArraySubquery(own.values("starts_at").distinct()[:count])


# A tutor of few reviews is as good as the mean of all until there are more: so many reviews of
# so many stars are added to everybody's.
_PRIOR_REVIEWS, _PRIOR_STARS = 5, 20


def rank() -> Combinable:
    """In thousandths of a star."""
    stars, reviews = F("user__standing__stars"), F("user__standing__reviews")
    mean = (stars + _PRIOR_STARS) * 1000 / (reviews + _PRIOR_REVIEWS)
    return Coalesce(mean, 1000 * _PRIOR_STARS // _PRIOR_REVIEWS, output_field=IntegerField())


def rated(least: Decimal) -> Q:
    """By the plain mean, as it is shown; who has no review has none."""
    tenths = int(least * 10)
    enough = TutorStanding.objects.filter(reviews__gt=0, stars__gte=F("reviews") * tenths / 10.0)
    return Q(pk__in=enough.values("tutor_id"))


def _noted(free: FreeAt, now: datetime) -> QuerySet[FreeStart]:
    rows = FreeStart.objects.filter(
        starts_at__gte=free.starts_at,
        starts_at__lt=free.ends_at,
        ends_at__lte=free.ends_at,
        closes_at__gte=now,
    )
    if free.minutes is None:
        return rows
    return rows.filter(ends_at=F("starts_at") + timedelta(minutes=free.minutes))


def exact(
    free: FreeAt, tutor_ids: Sequence[UUID], diaries: Diaries, *, now: datetime
) -> dict[UUID, list[datetime]]:
    """Each tutor's moments, by their rules and what stands in their diary now."""
    if not tutor_ids:
        return {}
    between = Span(free.starts_at.astimezone(UTC), free.ends_at.astimezone(UTC))
    lengths: dict[UUID, set[int]] = {}
    for tutor_id, minutes in _offered(list(tutor_ids)):
        if free.minutes in {None, minutes}:
            lengths.setdefault(tutor_id, set()).add(minutes)
    known = diaries(tutor_ids, between, now=now)
    return {
        key: _starts(known[key], between, minutes)
        for key, minutes in lengths.items()
        if key in known
    }


@prepared
def _offered(tutor_ids: list[UUID]) -> QuerySet[LessonType, tuple[UUID, int]]:
    rows = LessonType.objects.filter(among("tutor_id", tutor_ids), is_offered=True, capacity=1)
    return rows.values_list("tutor_id", "minutes")


def _starts(diary: Diary, between: Span, lengths: set[int]) -> list[datetime]:
    found: set[datetime] = set()
    for minutes in lengths:
        last = between.end - timedelta(minutes=minutes)
        found |= {at for at in diary.offered(between, minutes=minutes) if at <= last}
    return sorted(found)
