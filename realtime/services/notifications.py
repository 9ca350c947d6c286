"""Telling people, and what they have read."""

from uuid import UUID

from django.db import transaction
from django.db.models.functions import Now

from realtime import announcements
from realtime.announcements import Announcement, Told
from realtime.models import Feed, Notification
from realtime.services import mail
from realtime.streams import wakeups
from tutorme.core.errors import NotFound
from tutorme.core.events import Event


def announce(event: Event) -> None:
    """Writes what the event owes to people. Safe to repeat: each row has a key of its own."""
    owed = [
        (announcement, told)
        for announcement in announcements.following(event)
        for told in announcement.who(event)
    ]
    with transaction.atomic():
        # In the order of ids: two writers to the same people wait, they do not deadlock.
        for announcement, told in sorted(owed, key=lambda pair: str(pair[1].user_id)):
            _tell(announcement, told)


def _tell(announcement: Announcement, told: Told) -> None:
    if announcement.in_page and told.to is None:
        notify(announcement.kind, told)
    if announcement.mail:
        mail.owe(announcement.kind, told)


def notify(kind: str, told: Told) -> bool:
    """False where this was told before. Locks the person's feed until the transaction ends."""
    user_id = told.user_id
    assert user_id is not None
    with transaction.atomic():
        row = Notification(
            user_id=user_id,
            seq=Feed.objects.next_seq(user_id),
            kind=kind,
            facts=told.facts,
            url=told.url,
            dedupe_key=told.key,
        )
        Notification.objects.bulk_create([row], ignore_conflicts=True)
        transaction.on_commit(lambda: wakeups.wake(user_id))
        return Notification.objects.filter(pk=row.pk).exists()


def mark_read(*, user_id: UUID, notification_id: UUID) -> None:
    """Reading twice is reading once; the first moment stays."""
    own = Notification.objects.filter(pk=notification_id, user_id=user_id)
    if not own.filter(read_at=None).update(read_at=Now()) and not own.exists():
        raise NotFound


def mark_all_read(*, user_id: UUID) -> int:
    return Notification.objects.filter(user_id=user_id, read_at=None).update(read_at=Now())
