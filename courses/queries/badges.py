"""How near somebody is to an achievement, and who has reached one."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Count, Exists, F, IntegerField, OuterRef, QuerySet, Value
from django.db.models.functions import Cast

from accounts.models import User
from courses.criteria import LABELS, Criterion
from courses.models import (
    Achievement,
    Activity,
    Attempt,
    Enrollment,
    LessonProgress,
    Motivation,
    UserAchievement,
)

Counted = QuerySet[Any]


def counted(criterion: Criterion) -> Counted:
    """Rows of `who` and `n`: how many of what the criterion asks for each person has. What a
    teacher does in their own course is not counted."""
    match criterion.type:
        case "course_completion" | "courses_in_category":
            done = Enrollment.objects.filter(completed_at__isnull=False)
            if criterion.category:
                done = done.filter(course__category__iexact=criterion.category)
            return _grouped(done.exclude(course__instructor=F("user")), "user", Count("pk"))
        case "lessons_completed":
            read = LessonProgress.objects.filter(completed_at__isnull=False)
            foreign = read.exclude(enrollment__course__instructor=F("enrollment__user"))
            return _grouped(foreign, "enrollment__user", Count("pk"))
        case "quiz_master":
            return _quizzes(Attempt.objects.filter(passed=True))
        case "perfect_quizzes":
            return _quizzes(Attempt.objects.filter(passed=True, score=F("max_score")))
        case "sessions_attended":
            return _activities(Activity.Kind.SESSION)
        case "reviews_done":
            return _activities(Activity.Kind.REVIEW)
        case "streak":
            runs: Counted = Motivation.objects.values(who=F("user"), n=F("longest"))
            return runs
    everybody: Counted = User.objects.values(who=F("id"), n=F("points"))
    return everybody


def _grouped(rows: Counted, who: str, number: Count) -> Counted:
    grouped: Counted = rows.order_by().values(who=F(who)).annotate(n=number)
    return grouped


def _quizzes(rows: Counted) -> Counted:
    foreign = rows.exclude(enrollment__course__instructor=F("enrollment__user"))
    return _grouped(foreign, "enrollment__user", Count("lesson", distinct=True))


def _activities(kind: str) -> Counted:
    return _grouped(Activity.objects.filter(kind=kind), "user", Count("pk"))


def reached_by(criterion: Criterion) -> Iterable[UUID]:
    rows = counted(criterion).filter(n__gte=criterion.required)
    return rows.order_by("who").values_list("who", flat=True).iterator(chunk_size=1000)


def values_of(user_id: UUID, criteria: Iterable[Criterion]) -> dict[tuple[str, str], int]:
    """What this person has, by type and category, in one query however many are asked for."""
    wanted = sorted({(row.type, row.category) for row in criteria})
    parts = [
        counted(Criterion(kind, 1, category))
        .filter(who=user_id)
        .annotate(place=Value(place), number=Cast("n", IntegerField()))
        .values_list("place", "number")
        for place, (kind, category) in enumerate(wanted)
    ]
    if not parts:
        return {}
    found = dict(parts[0].union(*parts[1:], all=True) if parts[1:] else parts[0])
    return {key: found.get(place, 0) for place, key in enumerate(wanted)}


def open_to(user_id: UUID, types: Iterable[str]) -> list[Achievement]:
    """Active ones of these types that this person was not given yet."""
    given = UserAchievement.objects.filter(user_id=user_id, achievement=OuterRef("pk"))
    active = Achievement.objects.filter(
        state=Achievement.State.ACTIVE, criteria__type__in=list(types)
    )
    return list(active.filter(~Exists(given)))


@dataclass(frozen=True)
class Badge:
    """An achievement as one person sees it. `value` never says more than what is required."""

    achievement: Achievement
    criterion: Criterion
    value: int
    earned_at: datetime | None

    @property
    def percent(self) -> int:
        return 100 if self.earned_at else min(99, 100 * self.value // self.criterion.required)

    @property
    def left(self) -> int:
        return self.criterion.required - self.value

    @property
    def unit(self) -> str:
        return str(LABELS[self.criterion.type])


def badges_of(user_id: UUID) -> list[Badge]:
    """All that are active and all that were earned, in three queries: what is earned first and
    the latest of it, then what is nearest."""
    given = dict(
        UserAchievement.objects.filter(user_id=user_id, revoked_at=None).values_list(
            "achievement_id", "awarded_at"
        )
    )
    rows = [
        row
        for row in Achievement.objects.exclude(state=Achievement.State.DRAFT)
        if row.pk in given or row.state == Achievement.State.ACTIVE
    ]
    values = values_of(user_id, (row.criterion for row in rows if row.pk not in given))
    return sorted((_badge(row, given.get(row.pk), values) for row in rows), key=_place)


def _badge(
    row: Achievement, earned_at: datetime | None, values: dict[tuple[str, str], int]
) -> Badge:
    wanted = row.criterion
    value = wanted.required if earned_at else values[(wanted.type, wanted.category)]
    return Badge(row, wanted, min(value, wanted.required), earned_at)


def _place(badge: Badge) -> tuple[float, int, str]:
    when = -badge.earned_at.timestamp() if badge.earned_at else 100.0 - badge.percent
    return (when, badge.achievement.position, badge.achievement.slug)
