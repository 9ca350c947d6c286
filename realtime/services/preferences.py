"""What people want to be told, how, and when not."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import transaction

from accounts.models import User
from realtime import announcements, kinds
from realtime.announcements import Announcement
from realtime.errors import KindNotChoosable
from realtime.models import NotificationPreference, NotificationSettings

Digest = NotificationSettings.Digest
_DIGEST_HOUR = time(8)


@dataclass(frozen=True)
class Wish:
    in_page: bool
    by_mail: bool


def wishes(asked: Collection[tuple[UUID, str]]) -> dict[tuple[UUID, str], Wish]:
    """What was decided about these kinds by these people, in one query."""
    rows = NotificationPreference.objects.filter(
        user__in={user_id for user_id, _kind in asked}, kind__in={kind for _user, kind in asked}
    )
    return {(row.user_id, row.kind): Wish(row.in_page, row.by_mail) for row in rows}


def usual(announcement: Announcement) -> Wish:
    """Where nothing was decided: in the page as it is, by mail where one was written for it."""
    return Wish(announcement.in_page, bool(announcement.mail))


def decide(*, user: User, kind: str, changes: Mapping[str, bool]) -> None:
    """Raises `KindNotChoosable` for what does not exist or cannot be turned off."""
    choosable = {row.name for row in kinds.choosable(user)}
    if kind not in choosable:
        raise KindNotChoosable(kind=kind)
    before = usual(announcements.named(kind))
    with transaction.atomic():
        row, _made = NotificationPreference.objects.select_for_update().get_or_create(
            user=user,
            kind=kind,
            defaults={"in_page": before.in_page, "by_mail": before.by_mail},
        )
        for name, value in changes.items():
            setattr(row, name, value)
        row.save()


def settings_of(user_id: UUID) -> NotificationSettings:
    found = NotificationSettings.objects.filter(pk=user_id).first()
    return found or NotificationSettings(user_id=user_id)


def change_settings(*, user: User, changes: Mapping[str, Any], now: datetime) -> None:
    """`digest`, `quiet_from` and `quiet_until` (both or neither); the caller has checked them."""
    with transaction.atomic():
        NotificationSettings.objects.get_or_create(user=user)
        row = NotificationSettings.objects.select_for_update().get(pk=user.pk)
        for name, value in changes.items():
            setattr(row, name, value)
        if "digest" in changes:
            # What still waits when somebody turns it off goes out once more, at once.
            row.digest_at = next_digest(row, user.time_zone, now) or now
        row.save()


def next_digest(row: NotificationSettings, zone: str, after: datetime) -> datetime | None:
    """The next eight in the morning there; on Mondays alone where it is weekly."""
    if row.digest == Digest.OFF:
        return None
    day = after.astimezone(ZoneInfo(zone)).date() + timedelta(days=1)
    if row.digest == Digest.WEEKLY:
        day += timedelta(days=-day.weekday() % 7)
    return datetime.combine(day, _DIGEST_HOUR, ZoneInfo(zone)).astimezone(UTC)


def quiet_until(row: NotificationSettings, zone: str, now: datetime) -> datetime | None:
    """When the quiet hours that are now will end; None where it is not quiet."""
    start, end = row.quiet_from, row.quiet_until
    if start is None or end is None or start == end:
        return None
    local = now.astimezone(ZoneInfo(zone))
    clock = local.time().replace(tzinfo=None)
    is_quiet = start <= clock < end if start < end else clock >= start or clock < end
    if not is_quiet:
        return None
    day = local.date() + timedelta(days=int(clock >= end))
    ends = datetime.combine(day, end, ZoneInfo(zone))
    # An hour that comes twice: it is quiet until it has gone by for the second time.
    return max(ends.astimezone(UTC), ends.replace(fold=1).astimezone(UTC))
