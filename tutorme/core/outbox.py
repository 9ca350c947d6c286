"""Events travel up: recorded in the writer's transaction, delivered to each handler once.

A handler (in `<app>/handlers.py`) changes rows and records jobs; it never talks to the network.
Its effects and the mark "done" commit together, so killing the process at any line neither
loses nor repeats them.
"""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, TypeVar
from uuid import UUID

import structlog
from django.db import connection, models, transaction
from django.db.models.functions import Now
from psycopg.types.json import Jsonb

from tutorme.core import context, queue, tracing
from tutorme.core.events import Event
from tutorme.core.models import OutboxDelivery, OutboxEvent

log = structlog.get_logger(__name__)

E = TypeVar("E", bound=Event)
MAX_ATTEMPTS = 12
KEPT_FOR = timedelta(days=30)
_BACKOFF_CAP_S = 3600


@dataclass(frozen=True)
class Subscription:
    name: str
    event: type[Event]
    handler: Callable[[Any], None]


_by_event: dict[str, list[Subscription]] = defaultdict(list)
_by_name: dict[str, Subscription] = {}


def handles(event: type[E]) -> Callable[[Callable[[E], None]], Callable[[E], None]]:
    """Subscribes a function to an event; its dotted name identifies it in the rows."""

    def subscribe(handler: Callable[[E], None]) -> Callable[[E], None]:
        name = f"{handler.__module__}.{handler.__qualname__}"
        subscription = Subscription(name, event, handler)
        _by_event[event.name].append(subscription)
        _by_name[name] = subscription
        return handler

    return subscribe


def subscriptions() -> list[Subscription]:
    return list(_by_name.values())


def record(
    event: Event, *, actor_id: UUID | str | None = None, key: str | None = None
) -> OutboxEvent | None:
    """Writes the event and what it owes to whom. The caller holds the transaction.

    With `key` the event is recorded once for all time; None is returned where it already was.
    """
    row = OutboxEvent(
        name=event.name,
        payload=event.to_payload(),
        key=key,
        actor_id=actor_id,
        request_id=context.request_id(),
    )
    handlers = [subscription.name for subscription in _by_event[event.name]]
    if not _insert(row, handlers):
        return None
    if handlers:
        transaction.on_commit(lambda: queue.nudge("core.deliver", row.id))
    return row


# Both tables in one round trip, since most writes record something; the deliveries hang on what
# was really inserted, so a key that was taken owes nothing.
_INSERT = """
WITH event AS (
    INSERT INTO core_outboxevent (id, name, payload, key, request_id, actor_id)
    VALUES (%s, %s, %s, %s, %s, %s)
    ON CONFLICT (key) DO NOTHING
    RETURNING id
), owed AS (
    INSERT INTO core_outboxdelivery (event_id, handler, state, attempts, last_error)
    SELECT event.id, handler, 'pending', 0, ''
    FROM event CROSS JOIN unnest(%s::text[]) WITH ORDINALITY AS named (handler, place)
    ORDER BY place
)
SELECT count(*) FROM event
"""


def _insert(row: OutboxEvent, handlers: list[str]) -> bool:
    event: list[Any] = [row.id, row.name, Jsonb(row.payload), row.key, row.request_id, row.actor_id]
    with connection.cursor() as cursor:
        cursor.execute(_INSERT, [*event, handlers])
        return bool(cursor.fetchone()[0])


def deliver(event_id: UUID | str) -> int:
    """Runs what the event still owes and is due; returns how many handlers ran."""
    due = OutboxDelivery.objects.filter(
        event__pk=event_id, state=OutboxDelivery.State.PENDING, run_after__lte=Now()
    )
    return sum(_deliver_one(pk) for pk in due.order_by("pk").values_list("pk", flat=True))


def _deliver_one(delivery_id: int) -> bool:
    delivery: OutboxDelivery | None = None
    try:
        with transaction.atomic(durable=True):
            delivery = _claim(delivery_id)
            if delivery is None:
                return False
            _handle(delivery)
            delivery.state, delivery.attempts = delivery.State.DONE, delivery.attempts + 1
            delivery.save(update_fields=["state", "attempts"])
            OutboxDelivery.objects.filter(pk=delivery_id).update(done_at=Now())
    except Exception as error:
        with context.bound(request_id=delivery and delivery.event.request_id):
            log.exception("outbox.failed", delivery=delivery_id)
        _postpone(delivery_id, error)
    return True


def _claim(delivery_id: int) -> OutboxDelivery | None:
    return (
        OutboxDelivery.objects.select_for_update(of=("self",), no_key=True, skip_locked=True)
        .filter(pk=delivery_id, state=OutboxDelivery.State.PENDING)
        .select_related("event")
        .first()
    )


def _handle(delivery: OutboxDelivery) -> None:
    subscription = _by_name[delivery.handler]
    event = delivery.event
    with (
        context.bound(request_id=event.request_id, event_name=event.name, handler=delivery.handler),
        tracing.span(delivery.handler, kind="consumer", event=event.name),
    ):
        subscription.handler(subscription.event.from_payload(event.payload))


def _postpone(delivery_id: int, error: Exception) -> None:
    delivery = OutboxDelivery.objects.get(pk=delivery_id)
    attempts = delivery.attempts + 1
    wait = timedelta(seconds=min(2**attempts, _BACKOFF_CAP_S))
    dead = attempts >= MAX_ATTEMPTS
    OutboxDelivery.objects.filter(pk=delivery_id, state=delivery.State.PENDING).update(
        attempts=attempts,
        state=delivery.State.DEAD if dead else delivery.State.PENDING,
        run_after=Now() + wait,
        last_error=f"{type(error).__name__}: {error}"[:2000],
    )


def deliver_due(*, limit: int = 200) -> int:
    """The sweep: whatever a lost nudge or a failed attempt left behind."""
    events = (
        OutboxDelivery.objects.filter(state=OutboxDelivery.State.PENDING, run_after__lte=Now())
        .order_by("run_after")
        .values_list("event_id", flat=True)[:limit]
    )
    return sum(deliver(event_id) for event_id in dict.fromkeys(events))


def retry(deliveries: models.QuerySet[OutboxDelivery]) -> int:
    """Brings dead deliveries back; returns how many."""
    return deliveries.filter(state=OutboxDelivery.State.DEAD).update(
        state=OutboxDelivery.State.PENDING, attempts=0, run_after=Now()
    )


def purge(*, older_than: timedelta = KEPT_FOR, limit: int = 10_000) -> int:
    """Removes events everybody has dealt with. One with a key stays: the row is what makes it
    happen once for all time."""
    owed = OutboxDelivery.objects.filter(event=models.OuterRef("pk")).exclude(
        state=OutboxDelivery.State.DONE
    )
    settled = OutboxEvent.objects.filter(
        ~models.Exists(owed), key=None, created_at__lt=Now() - older_than
    )
    ids = list(settled.order_by("id").values_list("pk", flat=True)[:limit])
    OutboxEvent.objects.filter(pk__in=ids).delete()
    return len(ids)
