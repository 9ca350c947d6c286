"""What was said, handed on to Pusher. The rows stay the truth: a client that missed something, or
got it twice, reads the rows (`GET /realtime/events/`), so sending may be lost and repeated."""

from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.db import connection, transaction

from accounts.channels import USER
from accounts.models import User
from realtime.gateways import pusher
from realtime.gateways.pusher import Push
from realtime.models import PushOwed
from realtime.queries import channels as queries
from tutorme.core import channels
from tutorme.core.api.renderers import dumps
from tutorme.core.transactions import outside_transaction

_LOCK = 0x7461_6C6B
_AT_ONCE = 200


@outside_transaction
def send_owed() -> int:
    """Sends what is owed, oldest first; returns how many. Of several processes one sends, so that
    a channel hears in order; the others leave it to that one. Raises a gateway's error."""
    sent = 0
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [_LOCK])
        if not cursor.fetchone()[0]:
            return 0
        try:
            while batch := _owed():
                _send(batch)
                sent += len(batch)
        finally:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [_LOCK])
    return sent


def _owed() -> list[PushOwed]:
    rows = PushOwed.objects.select_related("event").order_by("event_id")
    return list(rows[:_AT_ONCE])


def _send(owed: list[PushOwed]) -> None:
    pushes = list(_pushes(owed))
    for start in range(0, len(pushes), pusher.EVENTS_A_BATCH):
        pusher.send(pushes[start : start + pusher.EVENTS_A_BATCH])
    with transaction.atomic():
        PushOwed.objects.filter(pk__in=[row.pk for row in owed]).delete()


def _pushes(owed: list[PushOwed]) -> Iterator[Push]:
    for row in (each.event for each in owed):
        facts = queries.fact(row)
        (said,) = queries.heard([facts], *_listener(row.channel_id))
        if said["data"] is not None:
            yield _push(said)


def _push(said: dict[str, Any]) -> Push:
    """What is too large for Pusher is announced without its data; clients then read the rows."""
    whole = Push(said["channel"], said["event"], dumps(said).decode())
    if whole.fits:
        return whole
    return Push(said["channel"], said["event"], dumps({**said, "data": None}).decode())


def _listener(channel: str) -> tuple[Any, str]:
    """Only a person's own channel is spoken in a language."""
    found = channels.parsed(channel)
    if found is None or found[0] != USER:
        return None, settings.LANGUAGE_CODE
    locale = User.objects.filter(pk=found[1]).values_list("locale", flat=True).first()
    return found[1], locale or settings.LANGUAGE_CODE
