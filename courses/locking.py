"""Whether a lesson's body is shown to somebody, and if not, why; pure.

Reasons are part of the API: `not_enrolled`, `prerequisite` (with the lessons waited for),
`drip_until` (with the moment) and `subscription` (the plan that opened the course has ended). What
was completed once is never locked again by what comes before it or by time.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol
from uuid import UUID

NOT_ENROLLED, PREREQUISITE, DRIP = "not_enrolled", "prerequisite", "drip_until"
SUBSCRIPTION = "subscription"


class Dripping(Protocol):
    @property
    def drip_days(self) -> int | None: ...
    @property
    def drip_at(self) -> datetime | None: ...


@dataclass(frozen=True)
class Lock:
    """Falsy where the lesson is open."""

    reason: str = ""
    opens_at: datetime | None = None
    waits_for: tuple[UUID, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.reason)


OPEN = Lock()


def opens_at(lesson: Dripping, enrolled_at: datetime) -> datetime | None:
    if lesson.drip_at:
        return lesson.drip_at
    return enrolled_at + timedelta(days=lesson.drip_days) if lesson.drip_days else None


def lock_for_learner(
    *,
    lesson: Dripping,
    requires: Sequence[UUID],
    done: Collection[UUID],
    is_done: bool,
    enrolled_at: datetime,
    now: datetime,
) -> Lock:
    """For somebody with a place in the course."""
    if is_done:
        return OPEN
    if waiting := tuple(pk for pk in requires if pk not in done):
        return Lock(PREREQUISITE, waits_for=waiting)
    moment = opens_at(lesson, enrolled_at)
    return Lock(DRIP, opens_at=moment) if moment and moment > now else OPEN
