"""Telling people, and what they have read."""

from datetime import timedelta
from uuid import UUID

from django.db import transaction
from django.db.models.functions import Now

from accounts.channels import USER
from realtime import announcements
from realtime.announcements import Announcement, Told
from realtime.models import Channel, Notification
from realtime.queries import unread_count
from realtime.services import channels, mail, preferences
from realtime.services.preferences import Wish
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
    wishes = preferences.wishes(
        {(told.user_id, each.kind) for each, told in owed if told.user_id and not each.is_essential}
    )
    with transaction.atomic():
        # In the order of ids: two writers to the same people wait, they do not deadlock.
        for announcement, told in sorted(owed, key=lambda pair: str(pair[1].user_id)):
            usual = preferences.usual(announcement)
            key = (told.user_id, announcement.kind) if told.user_id else None
            _tell(announcement, told, wishes.get(key, usual) if key else usual)


def _tell(announcement: Announcement, told: Told, wish: Wish) -> None:
    if wish.in_page and announcement.in_page and told.to is None:
        notify(announcement.kind, told)
    if wish.by_mail:
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


def purge(*, older_than: timedelta, limit: int = 10_000) -> int:
    old = Notification.objects.filter(created_at__lt=Now() - older_than).order_by("id")
    ids = list(old.values_list("pk", flat=True)[:limit])
    Notification.objects.filter(pk__in=ids).delete()
    return len(ids)
