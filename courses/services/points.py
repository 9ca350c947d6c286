"""Points: a ledger that is only added to, and `User.points`, its sum. Lock: the `Motivation` row.

Nothing is given twice for one thing, to staff, or to teachers in their own courses; past the day's
limit of a rule a line says 0.
"""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import F, OuterRef, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce
from django.utils import timezone

from accounts.models import User
from courses.errors import PointsBelowZero
from courses.models import Enrollment, Motivation, PointsEntry
from courses.services import boards, streaks
from tutorme.core import audit
from tutorme.core.ids import uuid7

Rule = PointsEntry.Rule


def give(
    mine: Motivation,
    rule: Rule,
    object_id: UUID,
    at: datetime,
    *,
    course_id: UUID | None = None,
    points: int | None = None,
) -> int:
    """How many were given now. The caller holds the lock of `mine`."""
    if mine.user.is_staff:
        return 0
    day = streaks.date_of(mine, at)
    row = PointsEntry(
        user_id=mine.pk,
        rule=rule,
        object_id=object_id,
        points=_within_the_day(
            mine, rule, day, settings.POINTS[rule] if points is None else points
        ),
        course_id=course_id,
        earned_at=at,
        local_date=day,
    )
    PointsEntry.objects.bulk_create([row], ignore_conflicts=True)
    if not PointsEntry.objects.filter(pk=row.pk).exists():
        return 0
    if row.points:
        _sum_up(mine, row)
    return row.points


def _within_the_day(mine: Motivation, rule: Rule, day: Any, points: int) -> int:
    most = settings.POINTS_A_DAY.get(rule)
    if most is None:
        return points
    lines = PointsEntry.objects.filter(user_id=mine.pk, rule=rule, local_date=day)
    had = lines.aggregate(total=Sum("points"))["total"] or 0
    return max(0, min(points, most - had))


def _sum_up(mine: Motivation, row: PointsEntry) -> None:
    User.objects.filter(pk=mine.pk).update(points=F("points") + row.points)
    places = [boards.ALL]
    if row.rule != Rule.CORRECTION:
        places.append(boards.week_board(row.earned_at))
    if row.course_id:
        places += _of_course(row.user_id, row.course_id)
    boards.add(
        user_id=mine.pk,
        points=row.points,
        at=row.earned_at,
        boards=places,
        shown=mine.is_shown,
    )


def _of_course(user_id: UUID, course_id: UUID) -> list[str]:
    """Its board, and the one of those who began it in the same month."""
    place = Enrollment.objects.filter(user_id=user_id, course_id=course_id)
    began = place.values_list("created_at", flat=True).first()
    cohort = [boards.cohort_board(course_id, began)] if began else []
    return [boards.course_board(course_id), *cohort]


def correct(*, user_id: UUID, points: int, reason: str, actor_id: UUID) -> PointsEntry:
    """An admin's line, up or down, with a reason; audited. Weeks are not corrected."""
    with transaction.atomic():
        mine = streaks.locked(user_id)
        enough = User.objects.filter(pk=user_id, points__gte=-points)
        if not enough.exists():
            raise PointsBelowZero
        now = timezone.now()
        row = PointsEntry.objects.create(
            user_id=user_id,
            rule=Rule.CORRECTION,
            object_id=uuid7(),
            points=points,
            earned_at=now,
            local_date=streaks.date_of(mine, now),
            reason=reason,
            actor_id=actor_id,
        )
        _sum_up(mine, row)
        audit.record(
            "points.corrected",
            target=mine.user,
            actor_id=actor_id,
            after={"points": points, "entry": str(row.pk)},
            reason=reason,
        )
    return row


def recount(*, dry_run: bool = False) -> int:
    """Compares everybody's points with the ledger's sum; returns how many differ, and puts them
    right unless it is a dry run."""
    if dry_run:
        return int(differing().count())
    ids = list(differing().values_list("pk", flat=True))
    return sum(_recount_one(user_id) for user_id in ids)


def differing() -> "QuerySet[User]":
    """Whose points are not the sum of their ledger (`earned`)."""
    rows: QuerySet[User] = User.objects.annotate(earned=_earned()).exclude(points=F("earned"))
    return rows


def _earned() -> Coalesce:
    lines = PointsEntry.objects.filter(user=OuterRef("pk")).order_by().values("user")
    return Coalesce(Subquery(lines.annotate(total=Sum("points")).values("total")), 0)


def _recount_one(user_id: UUID) -> bool:
    with transaction.atomic():
        streaks.locked(user_id)
        lines = PointsEntry.objects.filter(user_id=user_id)
        total = lines.aggregate(total=Sum("points"))["total"] or 0
        wrong = User.objects.filter(pk=user_id).exclude(points=total)
        return bool(wrong.update(points=total))
