"""Telling people, and what they have read."""

from uuid import UUID

from django.db import transaction
from django.db.models.functions import Now

from accounts.channels import USER
from realtime import announcements
from realtime.announcements import Announcement, Told
from realtime.models import Channel, Notification
from realtime.queries import unread_count
from realtime.services import channels, mail
from tutorme.core.channels import named
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
    """False where this was told before. Locks the person's channel until the transaction ends."""
    assert told.user_id is not None
    own = named(USER, told.user_id)
    with transaction.atomic():
        row = Notification(
            user_id=told.user_id,
            seq=Channel.objects.next_seq(own),
            kind=kind,
            facts=told.facts,
            url=told.url,
            dedupe_key=told.key,
        )
        Notification.objects.bulk_create([row], ignore_conflicts=True)
        if not Notification.objects.filter(pk=row.pk).exists():
            return False
        channels.write(own, row.seq, "notification-new", {"id": str(row.pk)})
    return True


def mark_read(*, user_id: UUID, notification_id: UUID) -> None:
    """Reading twice is reading once; the first moment stays."""
    own = Notification.objects.filter(pk=notification_id, user_id=user_id)
    with transaction.atomic():
        if own.filter(read_at=None).update(read_at=Now()):
            _say_read(user_id, [str(notification_id)])
        elif not own.exists():
            raise NotFound


def mark_all_read(*, user_id: UUID) -> int:
    with transaction.atomic():
        unread = Notification.objects.filter(user_id=user_id, read_at=None)
        read = unread.update(read_at=Now())
        if read:
            _say_read(user_id, [])
    return read


def _say_read(user_id: UUID, ids: list[str]) -> None:
    payload = {"ids": ids, "unread": unread_count(user_id)}
    channels.publish(named(USER, user_id), "notification-read", payload)
