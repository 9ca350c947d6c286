"""What learning earns beside itself. Lock: the person's `Motivation` row."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from courses.errors import NotAwarded
from courses.events import AchievementActivated, AchievementAwarded, AchievementBackfilled
from courses.models import Achievement, Motivation, UserAchievement
from courses.queries import badges
from courses.services import points, streaks
from tutorme.core import audit, outbox

# Points earned by an achievement can reach another; this ends it whatever the definitions say.
_ROUNDS = 10


def evaluate(mine: Motivation, types: Iterable[str], at: datetime, *, told: bool = True) -> int:
    """Gives what was reached, looking only at the types that can have moved; returns how many.
    The caller holds the lock of `mine`."""
    given, moved = 0, frozenset(types)
    for _ in range(_ROUNDS):
        reached = _reached(mine.pk, moved)
        worth = [row.points for row in reached if _award(mine, row, at, told=told)]
        given += len(worth)
        if not any(worth):
            break
        moved = frozenset({"points"})
    return given


def _reached(user_id: UUID, types: frozenset[str]) -> list[Achievement]:
    waiting = badges.open_to(user_id, types)
    values = badges.values_of(user_id, (row.criterion for row in waiting))

    def is_reached(row: Achievement) -> bool:
        wanted = row.criterion
        return values[(wanted.type, wanted.category)] >= wanted.required

    return [row for row in waiting if is_reached(row)]


def award(*, user_id: UUID, achievement: Achievement, at: datetime | None = None) -> bool:
    """Gives the achievement, its points and the event together, once a person; says whether it
    was new."""
    with transaction.atomic():
        return _award(streaks.locked(user_id), achievement, at or timezone.now())


def _award(mine: Motivation, row: Achievement, at: datetime, *, told: bool = True) -> bool:
    award = UserAchievement(user_id=mine.pk, achievement=row, points=row.points, awarded_at=at)
    UserAchievement.objects.bulk_create([award], ignore_conflicts=True)
    # A conflict inserts nothing, so only a row of this very id was ours.
    if not UserAchievement.objects.filter(pk=award.pk).exists():
        return False
    points.give(mine, points.Rule.ACHIEVEMENT, row.pk, at, points=row.points)
    if told:
        outbox.record(AchievementAwarded(award.pk, mine.pk, row.slug), actor_id=mine.pk)
    return True


def save(
    *, achievement: Achievement, actor_id: UUID, changes: dict[str, Any] | None = None
) -> Achievement:
    """Writes a definition, refusing criteria that cannot be judged; audited."""
    changes = changes or {}
    before = {name: getattr(achievement, name) for name in changes}
    for name, value in changes.items():
        setattr(achievement, name, value)
    with transaction.atomic():
        is_new = achievement._state.adding
        achievement.save()
        audit.record(
            "achievement.created" if is_new else "achievement.changed",
            target=achievement,
            actor_id=actor_id,
            before=None if is_new else before,
            after={"slug": achievement.slug, "criteria": achievement.criteria, **changes},
        )
    return achievement


def activate(*, achievement: Achievement, actor_id: UUID) -> Achievement:
    """From here on it is given; whoever has reached it already gets it by a job, quietly."""
    return _turn(achievement, Achievement.State.ACTIVE, actor_id)


def retire(*, achievement: Achievement, actor_id: UUID) -> Achievement:
    """It is not given any more; who has it keeps it."""
    return _turn(achievement, Achievement.State.RETIRED, actor_id)


def _turn(achievement: Achievement, state: str, actor_id: UUID) -> Achievement:
    with transaction.atomic():
        row = Achievement.objects.select_for_update(no_key=True).get(pk=achievement.pk)
        if row.state == state:
            return row
        before, row.state = row.state, state
        if state == Achievement.State.ACTIVE:
            row.activated_at = timezone.now()
            outbox.record(
                AchievementActivated(row.pk, actor_id, row.activated_at), actor_id=actor_id
            )
        row.save(update_fields=["state", "activated_at"])
        audit.record(
            f"achievement.{'activated' if state == Achievement.State.ACTIVE else 'retired'}",
            target=row,
            actor_id=actor_id,
            before={"state": before},
            after={"state": state},
        )
    return row


def backfill_one(*, achievement: Achievement, user_id: UUID, now: datetime) -> bool:
    """Gives it to somebody who had reached it before it was there, without a word of its own."""
    with transaction.atomic():
        mine = streaks.locked(user_id)
        if not _award(mine, achievement, now, told=False):
            return False
        if achievement.points:
            evaluate(mine, {"points"}, now, told=False)
    return True


def backfilled(*, achievement: Achievement, actor_id: UUID | None, people: int) -> None:
    """The caller holds the transaction of the job's end."""
    event = AchievementBackfilled(achievement.pk, actor_id, people)
    outbox.record(event, actor_id=actor_id)


def grant(*, user_id: UUID, achievement: Achievement, reason: str, actor_id: UUID) -> bool:
    """An admin gives it; also again after it was taken back. Audited. False where they have it."""
    with transaction.atomic():
        mine = streaks.locked(user_id)
        if not _award(mine, achievement, timezone.now()):
            taken = UserAchievement.objects.filter(
                user_id=user_id, achievement=achievement, revoked_at__isnull=False
            )
            if not taken.update(revoked_at=None):
                return False
            _correct(taken_by=user_id, row=achievement, sign=1, reason=reason, actor_id=actor_id)
        audit.record(
            "achievement.granted",
            target=mine.user,
            actor_id=actor_id,
            after={"achievement": achievement.slug},
            reason=reason,
        )
    return True


def revoke(*, user_id: UUID, achievement: Achievement, reason: str, actor_id: UUID) -> None:
    """Takes it back, and its points by a line of correction; audited. `NotAwarded` where there is
    nothing to take."""
    with transaction.atomic():
        mine = streaks.locked(user_id)
        theirs = UserAchievement.objects.filter(
            user_id=user_id, achievement=achievement, revoked_at=None
        )
        if not theirs.update(revoked_at=timezone.now()):
            raise NotAwarded
        _correct(taken_by=user_id, row=achievement, sign=-1, reason=reason, actor_id=actor_id)
        audit.record(
            "achievement.revoked",
            target=mine.user,
            actor_id=actor_id,
            before={"achievement": achievement.slug},
            reason=reason,
        )


def _correct(*, taken_by: UUID, row: Achievement, sign: int, reason: str, actor_id: UUID) -> None:
    given = UserAchievement.objects.get(user_id=taken_by, achievement=row).points
    if given:
        points.correct(user_id=taken_by, points=sign * given, reason=reason, actor_id=actor_id)


def recount(*, dry_run: bool = False) -> int:
    """Looks for what was reached and not given; returns how many, and gives it unless it is a dry
    run."""
    missing = [
        (row, user_id)
        for row in Achievement.objects.filter(state=Achievement.State.ACTIVE)
        for user_id in _without(row)
    ]
    if dry_run:
        return len(missing)
    now = timezone.now()
    return sum(backfill_one(achievement=row, user_id=who, now=now) for row, who in missing)


def _without(row: Achievement) -> list[UUID]:
    having = set(row.awards.values_list("user_id", flat=True))
    return [who for who in badges.reached_by(row.criterion) if who not in having]
