"""When a zone's clocks are set next, for the warnings."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo, available_timezones

from django.utils import timezone

_AHEAD = timedelta(days=60)


@dataclass(frozen=True)
class ClockChange:
    """`minutes` forward, or back where it is below zero."""

    at: datetime
    minutes: int

    @property
    def forward(self) -> bool:
        return self.minutes > 0

    @property
    def by(self) -> int:
        return abs(self.minutes)


def next_one(zone: str, *, now: datetime | None = None) -> ClockChange | None:
    """Within the coming two months; to the hour."""
    if zone not in available_timezones():
        return None
    clock, first = ZoneInfo(zone), (now or timezone.now()).astimezone(UTC)
    at = first.replace(minute=0, second=0, microsecond=0)
    while at <= first + _AHEAD:
        following = at + timedelta(hours=1)
        moved = _offset(following, clock) - _offset(at, clock)
        if moved:
            return ClockChange(following, int(moved.total_seconds()) // 60)
        at = following
    return None


def _offset(at: datetime, clock: ZoneInfo) -> timedelta:
    offset = at.astimezone(clock).utcoffset()
    assert offset is not None
    return offset
