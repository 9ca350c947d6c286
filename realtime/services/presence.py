"""Being here is a lease: renewed by whoever holds the connection, ended by the sweep alone. So a
process that dies, a cable that is pulled and a tab that is closed end the same way, and somebody
who walks from page to page never left."""

from collections.abc import Collection
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction
from django.db.models import CharField, Exists, OuterRef, Value
from django.db.models.functions import Cast, Concat, Now

from accounts.channels import USER
from booking.channels import SESSION
from realtime.models import Participant, Presence
from realtime.services import channels
from realtime.vocabulary import CONVERSATION
from tutorme.core.channels import parsed

Lease = tuple[str, UUID]

# In the order of names, so that two processes that renew the same people wait for each other.
# A row that had run out and was not swept yet is renewed: nobody was told that they left.
_RENEW = """
INSERT INTO realtime_presence AS p (channel, user_id, lease_until)
SELECT channel, user_id, clock_timestamp() + %s * interval '1 second'
FROM unnest(%s::text[], %s::uuid[]) AS here (channel, user_id)
JOIN accounts_user ON accounts_user.id = user_id
ORDER BY channel, user_id
ON CONFLICT (channel, user_id) DO UPDATE SET lease_until = excluded.lease_until
RETURNING channel, user_id, xmax = 0
"""


def here(leases: Collection[Lease]) -> None:
    """Renews the leases and tells of those who were not here before. One statement, however
    many they are."""
    if not leases:
        return
    names, people = zip(*leases, strict=True)
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(_RENEW, [settings.STREAMS["lease_seconds"], list(names), list(people)])
            came = [(channel, user_id) for channel, user_id, is_new in cursor.fetchall() if is_new]
        _tell("user-online", came)


def sweep(*, limit: int = 1000) -> int:
    """Ends the leases that ran out and tells of those who are gone."""
    with transaction.atomic():
        over = Presence.objects.select_for_update(skip_locked=True).filter(lease_until__lte=Now())
        rows = list(over.order_by("channel", "user_id")[:limit])
        Presence.objects.filter(pk__in=[row.pk for row in rows]).delete()
        _tell("user-offline", [(row.channel, row.user_id) for row in rows])
    return len(rows)


def end(channel: str, user_id: UUID, *, at: datetime) -> None:
    """They left at that moment, unless they were seen since: the next sweep tells of it."""
    seen_last = at + timedelta(seconds=settings.STREAMS["lease_seconds"])
    own = Presence.objects.filter(channel=channel, user_id=user_id)
    own.filter(lease_until__lte=seen_last).update(lease_until=Now())


def _tell(event: str, leases: list[Lease]) -> None:
    """A session hears of its own people. That somebody is on the site at all, those hear who
    have a conversation with them open."""
    said, at_large = set(), []
    for channel, user_id in leases:
        found = parsed(channel)
        if found and found[0] == SESSION:
            said.add((channel, user_id))
        if found and found[0] == USER:
            at_large.append(user_id)
    for name, user_id in sorted(said | _watched_conversations(at_large), key=str):
        channels.publish(name, event, {"user_id": user_id})


def _watched_conversations(people: list[UUID]) -> set[Lease]:
    """Of each of them, the conversations that the other has open now."""
    name = Concat(Value(CONVERSATION), Cast("conversation_id", CharField()))
    looking = Presence.objects.filter(channel=OuterRef("name"), lease_until__gt=Now())
    mine = Participant.objects.filter(user__in=people).annotate(name=name)
    watched = mine.filter(Exists(looking.exclude(user=OuterRef("user"))))
    return set(watched.values_list("name", "user_id")) if people else set()
