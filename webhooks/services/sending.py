"""Deliveries: tried at once, then over three days, and written down each time."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import F
from django.db.models.functions import Coalesce, Now
from django.utils import timezone
from django.utils.translation import gettext as _

from tutorme.core.jobs import RetryJob, Run
from webhooks import gateways, signing
from webhooks.gateways import Outcome
from webhooks.models import Attempt, Delivery, Endpoint
from webhooks.services import endpoints

# Between the tries of one delivery: three days and three hours in all.
WAITS = (
    timedelta(seconds=5),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=5),
    timedelta(hours=10),
    timedelta(hours=14),
    timedelta(hours=20),
    timedelta(hours=24),
)
FAILING_FOR = timedelta(days=3)
KEPT_FOR = timedelta(days=30)
State = Delivery.State


def deliver(run: Run, *, delivery_id: UUID, round_: int) -> None:
    """One try. Raises `RetryJob` where it is to be made again."""
    rows = Delivery.objects.select_related("endpoint__owner", "endpoint__organization", "message")
    row = rows.filter(pk=delivery_id, round=round_, state=State.WAITING).first()
    if row is None:
        return
    if not _may_be_sent(row.endpoint):
        with run.finishing():
            _mine(row).update(state=State.HELD, next_try_at=None)
        return
    outcome = _call(row)
    if outcome.is_good or outcome.is_gone:
        with run.finishing(result={"status": outcome.status}):
            _settle(row, outcome)
        return
    if run.attempt > len(WAITS):
        # The end of it is the endpoint's trouble, not a failed job of ours.
        with run.finishing(result={"status": outcome.status, "gave_up": True}):
            _write_down(row, outcome, state=State.FAILED, next_try_at=None)
            _judge(row.endpoint_id, outcome.error or f"HTTP {outcome.status}")
        return
    _note_failure(row, outcome, WAITS[run.attempt - 1])
    raise RetryJob(outcome.error or f"HTTP {outcome.status}")


def _may_be_sent(endpoint: Endpoint) -> bool:
    owner, organization = endpoint.owner, endpoint.organization
    is_closed = bool((owner and not owner.is_active) or (organization and organization.archived_at))
    return endpoint.state == Endpoint.State.ACTIVE and not is_closed


def _call(row: Delivery) -> Outcome:
    body = signing.body_of(row.message)
    return gateways.post(
        name=f"webhook:{row.endpoint_id}",
        url=row.endpoint.url,
        headers=signing.headers_for(row.endpoint, row.message, body),
        body=body,
    )


def _mine(row: Delivery) -> Any:
    return Delivery.objects.filter(pk=row.pk, round=row.round, state=State.WAITING)


def _write_down(row: Delivery, outcome: Outcome, **changes: Any) -> None:
    Attempt.objects.create(delivery=row, ms=outcome.ms, status=outcome.status, error=outcome.error)
    _mine(row).update(
        tries=F("tries") + 1, last_status=outcome.status, last_error=outcome.error, **changes
    )


def _settle(row: Delivery, outcome: Outcome) -> None:
    if outcome.is_good:
        _write_down(row, outcome, state=State.DELIVERED, delivered_at=Now(), next_try_at=None)
        Endpoint.objects.filter(pk=row.endpoint_id, failing_since__isnull=False).update(
            failing_since=None
        )
        return
    _write_down(row, outcome, state=State.FAILED, next_try_at=None)
    endpoints.disable(endpoint_id=row.endpoint_id, reason=_("It answered 410 Gone."))


def _note_failure(row: Delivery, outcome: Outcome, wait: timedelta) -> None:
    """In a transaction of its own: the log keeps it whatever becomes of the job."""
    with transaction.atomic():
        _write_down(row, outcome, next_try_at=timezone.now() + wait)
        Endpoint.objects.filter(pk=row.endpoint_id).update(
            failing_since=Coalesce("failing_since", Now())
        )


def _judge(endpoint_id: UUID, last: str) -> None:
    """An endpoint that took nothing for three days is switched off."""
    failing = Endpoint.objects.filter(
        pk=endpoint_id, failing_since__lte=timezone.now() - FAILING_FOR
    )
    if failing.exists():
        reason = _("It accepted nothing for three days; at last: %(error)s") % {"error": last}
        endpoints.disable(endpoint_id=endpoint_id, reason=reason)


def give_up(*, delivery_id: str, round_: int, error: dict[str, Any]) -> None:
    """Where our own side failed to the end, in the transaction that ends the job."""
    Delivery.objects.filter(pk=delivery_id, round=round_, state=State.WAITING).update(
        state=State.FAILED, next_try_at=None, last_error=str(error["detail"])[:200]
    )
