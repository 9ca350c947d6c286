"""Speaking on channels. What is said is a row first; being heard at once comes after."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import Max
from django.db.models.functions import Now

from accounts.models import User
from realtime.errors import ChannelRefused, EventRefused
from realtime.models import Channel, ChannelEvent, PushOwed
from realtime.streams import bell
from tutorme.core import channels, queue


def publish(channel: str, event: str, payload: Mapping[str, Any]) -> int:
    """Locks the channel until the caller's transaction ends; who speaks on several at once
    does so in the order of their names."""
    said = channels.vocabulary()[event].read(payload)
    with transaction.atomic():
        seq = Channel.objects.next_seq(channel)
        write(channel, seq, event, said.to_payload())
    return seq


def write(
    channel: str, seq: int, event: str, payload: Mapping[str, Any], speaker_id: UUID | None = None
) -> None:
    """Under a number the caller took in this transaction."""
    row = ChannelEvent.objects.create(
        channel_id=channel, seq=seq, event=event, payload=dict(payload), speaker_id=speaker_id
    )
    transaction.on_commit(lambda: bell.wake(channel))
    if settings.REALTIME_DRIVER == "pusher":
        PushOwed.objects.create(event=row)
        transaction.on_commit(lambda: queue.nudge("realtime.push", channel))


def speak(*, user: User, channel: str, event: str, payload: Mapping[str, Any]) -> int:
    """A client says something itself, where the channel's owner lets it."""
    kind = channels.vocabulary().get(event)
    if kind is None or not kind.spoken:
        raise EventRefused
    if not channels.access(user, channel).may_speak:
        raise ChannelRefused(channel=channel)
    try:
        said = kind.read(payload)
    except ValueError as error:
        raise EventRefused(str(error)) from error
    with transaction.atomic():
        seq = Channel.objects.next_seq(channel)
        write(channel, seq, event, said.to_payload(), user.pk)
    return seq


def reconsider(channel: str) -> None:
    """Somebody's right to listen may have ended: streams of this channel ask again at once
    instead of within half a minute."""
    transaction.on_commit(lambda: bell.doubt(channel))


def purge(*, older_than: timedelta, limit: int = 50_000) -> int:
    """Forgets what everybody had time to hear. Who was away longer is told to read anew."""
    old = ChannelEvent.objects.filter(created_at__lt=Now() - older_than).order_by("id")
    ids = list(old.values_list("pk", flat=True)[:limit])
    going = ChannelEvent.objects.filter(pk__in=ids)
    with transaction.atomic():
        for row in going.values("channel_id").annotate(last=Max("seq")).order_by("channel_id"):
            Channel.objects.filter(pk=row["channel_id"]).update(purged_seq=row["last"])
        going.delete()
    return len(ids)
