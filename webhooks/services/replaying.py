"""Sending again: one delivery, or what happened in a span of time."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import F, QuerySet
from django.utils import timezone

from tutorme.core import jobs
from tutorme.core.ids import uuid7
from tutorme.core.models import Job
from webhooks import catalog
from webhooks.errors import EndpointResting
from webhooks.models import Delivery, Endpoint, Message
from webhooks.services import publishing
from webhooks.services.sending import KEPT_FOR

JOB = "webhooks.replay"
_STEP = 100
State = Delivery.State
ENDED = (State.DELIVERED, State.FAILED, State.HELD)


def one(*, row: Delivery) -> Delivery:
    """Again from the first try, whatever came of it before. What waits already, waits on."""
    if row.endpoint.state != Endpoint.State.ACTIVE:
        raise EndpointResting
    with transaction.atomic():
        _again([row.pk])
    return Delivery.objects.select_related("message", "endpoint").get(pk=row.pk)


def _again(ids: list[UUID]) -> int:
    """The id in `webhook-id` stays, so that a receiver that has it knows it again."""
    ended = Delivery.objects.filter(pk__in=ids, state__in=ENDED)
    taken = list(ended.select_for_update(no_key=True).values_list("pk", "round"))
    Delivery.objects.filter(pk__in=[pk for pk, _round in taken]).update(
        state=State.WAITING, round=F("round") + 1, next_try_at=None, delivered_at=None
    )
    for pk, round_ in taken:
        publishing.send_soon(pk, round_ + 1)
    return len(taken)


def span(
    *,
    endpoint: Endpoint,
    since: datetime,
    until: datetime,
    missed_only: bool,
    owner_id: UUID | None,
) -> Job:
    """A job that goes through the log of the endpoint: `missed_only` leaves out what was taken."""
    if endpoint.state != Endpoint.State.ACTIVE:
        raise EndpointResting
    args = {
        "endpoint_id": str(endpoint.pk),
        "since": since.isoformat(),
        "until": until.isoformat(),
        "missed_only": missed_only,
    }
    return jobs.enqueue(JOB, key=f"webhook-replay:{uuid7()}", args=args, owner_id=owner_id)


def chosen(
    endpoint_id: UUID | str, since: datetime, until: datetime, *, missed_only: bool
) -> QuerySet[Delivery]:
    """Tests are not sent again with the rest: they say nothing happened."""
    states = (State.FAILED, State.HELD) if missed_only else ENDED
    return Delivery.objects.filter(
        endpoint_id=endpoint_id, created_at__gte=since, created_at__lt=until, state__in=states
    ).exclude(message__type=catalog.TEST)


def replay(run: jobs.Run, *, endpoint_id: str, since: str, until: str, missed_only: bool) -> None:
    """Oldest first, a hundred to a transaction. Where a worker dies here, what waits already is not
    chosen again, and what was taken meanwhile goes out twice, under the same id."""
    wanted: Any = (datetime.fromisoformat(since), datetime.fromisoformat(until))
    rows = chosen(endpoint_id, *wanted, missed_only=missed_only).order_by("created_at", "pk")
    ids = list(rows.values_list("pk", flat=True))
    run.progress(total=len(ids), done=0)
    sent = 0
    for start in range(0, len(ids), _STEP):
        with transaction.atomic():
            sent += _again(ids[start : start + _STEP])
        run.progress(done=min(start + _STEP, len(ids)))
    with run.finishing(result={"sent": sent}):
        pass


def purge(*, older_than: timedelta = KEPT_FOR, limit: int = 10_000) -> int:
    """The log ends after a month, with what it speaks of."""
    old = Message.objects.filter(created_at__lt=timezone.now() - older_than)
    ids = list(old.order_by("created_at").values_list("pk", flat=True)[:limit])
    Message.objects.filter(pk__in=ids).delete()
    return len(ids)
