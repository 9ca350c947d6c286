"""Mails that wait for each other."""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models.functions import Now
from django.utils import timezone

from realtime.announcements import Told
from realtime.events import DigestDue
from realtime.models import DigestLine, NotificationSettings
from realtime.services import preferences
from tutorme.core import outbox


def add(kind: str, told: Told) -> bool:
    """False where it was added before."""
    assert told.user_id is not None, "who has no account has no digest"
    row = DigestLine(
        user_id=told.user_id, kind=kind, facts=told.facts, url=told.url, dedupe_key=told.key
    )
    DigestLine.objects.bulk_create([row], ignore_conflicts=True)
    return DigestLine.objects.filter(dedupe_key=told.key, taken_at=None).exists()


def send_due(now: datetime | None = None, *, limit: int = 500) -> int:
    """Owes the gathered mails whose hour has come. Of two at once one gets each person."""
    now = now or timezone.now()
    due = NotificationSettings.objects.filter(digest_at__lte=now).select_related("user")
    return sum(_send(row, now) for row in due.order_by("digest_at")[:limit])


def _send(row: NotificationSettings, now: datetime) -> bool:
    following = preferences.next_digest(row, row.user.time_zone, now)
    with transaction.atomic():
        mine = NotificationSettings.objects.filter(pk=row.pk, digest_at=row.digest_at)
        if not mine.update(digest_at=following):
            return False
        lines = DigestLine.objects.filter(user_id=row.pk, taken_at=None)
        if lines.update(taken_at=now):
            outbox.record(DigestDue(row.pk, now))
    return True


def purge(*, older_than: timedelta) -> int:
    gone = DigestLine.objects.filter(taken_at__lt=Now() - older_than)
    return int(gone.delete()[0])
