"""An approved batch on its way: intent, call, outcome; then followed until every item has ended.

The batch's id is the provider's `sender_batch_id`. For thirty days the provider pays it once
however often it is told; after that a repetition would pay again, so it is only read.
"""

from contextlib import suppress
from datetime import timedelta
from typing import Any
from uuid import UUID

import structlog
from django.db import transaction
from django.db.models import F, Q
from django.db.models.functions import Coalesce, Now
from django.utils.translation import gettext as _

from payments.events import PayoutFailed, PayoutPaid
from payments.gateways import paypal
from payments.gateways.base import PayoutLine, ProviderPayoutBatch, ProviderPayoutItem
from payments.models import PayoutBatch, PayoutItem
from payments.services import ledger, messages, payouts
from payments.services.ledger import Kind, Line
from payments.services.turns import turn
from tutorme.core import audit, inbox, outbox
from tutorme.core.errors import ProviderNotConfigured, ProviderUnavailable
from tutorme.core.gateways import GatewayMisconfigured, GatewayRejected, GatewayUnavailable
from tutorme.core.transactions import outside_transaction

log = structlog.get_logger(__name__)
State = PayoutBatch.State
Item = PayoutItem.State
# The provider forgets a batch id after thirty days; a day is left for clocks and queues.
RESUBMIT = timedelta(days=29)
_BUSY = timedelta(seconds=60)
_ASK_AGAIN = timedelta(minutes=5)
_STATES = {
    "SUCCESS": Item.SUCCESS,
    "PENDING": Item.PENDING,
    "UNCLAIMED": Item.UNCLAIMED,
    "ONHOLD": Item.ONHOLD,
    "BLOCKED": Item.BLOCKED,
    "RETURNED": Item.RETURNED,
    "FAILED": Item.FAILED,
    "DENIED": Item.FAILED,
    "CANCELED": Item.FAILED,
    "REFUNDED": Item.REFUNDED,
    "REVERSED": Item.REFUNDED,
}
_LOST = frozenset({Item.RETURNED, Item.FAILED, Item.REFUNDED})
_UNDER_WAY = (State.SUBMITTED, State.PROCESSING)


@messages.concerns(
    "PAYMENT.PAYOUTSBATCH.PROCESSING",
    "PAYMENT.PAYOUTSBATCH.SUCCESS",
    "PAYMENT.PAYOUTSBATCH.DENIED",
    "PAYMENT.PAYOUTS-ITEM.SUCCEEDED",
    "PAYMENT.PAYOUTS-ITEM.FAILED",
    "PAYMENT.PAYOUTS-ITEM.BLOCKED",
    "PAYMENT.PAYOUTS-ITEM.HELD",
    "PAYMENT.PAYOUTS-ITEM.UNCLAIMED",
    "PAYMENT.PAYOUTS-ITEM.RETURNED",
    "PAYMENT.PAYOUTS-ITEM.REFUNDED",
    "PAYMENT.PAYOUTS-ITEM.CANCELED",
    "PAYMENT.PAYOUTS-ITEM.DENIED",
)
def apply_message(_kind: str, resource: dict[str, Any]) -> None:
    """A hint which batch to read."""
    header = resource.get("batch_header") or resource
    named = str(header.get("payout_batch_id") or "")
    sender = (header.get("sender_batch_header") or {}).get("sender_batch_id")
    known = Q(provider_batch_id=named) | Q(pk=_uuid(sender))
    batch = PayoutBatch.objects.filter(known).first()
    if batch is None:
        raise inbox.NotYet("it speaks of a payout we do not know")
    follow(batch.pk)


def _uuid(text: object) -> UUID | None:
    try:
        return UUID(str(text))
    except ValueError:
        return None


class _Busy(Exception):
    """Somebody else speaks of the batch."""


@outside_transaction
def submit(batch_id: UUID) -> PayoutBatch:
    """Sends an approved batch, or finds out what became of a sending nobody saw the end of. Safe
    to repeat; `ProviderUnavailable` leaves it to the sweep."""
    batch = PayoutBatch.objects.get(pk=batch_id)
    with suppress(_Busy), turn(batch, _BUSY, busy=_Busy()):
        batch.refresh_from_db()
        if batch.state == State.APPROVED:
            _intend(batch)
        if batch.state == State.SUBMITTED and batch.provider_batch_id is None:
            _tell(batch)
    return PayoutBatch.objects.get(pk=batch_id)


def _intend(batch: PayoutBatch) -> None:
    """Step one: that it is being sent, and since when, is committed before the provider hears."""
    PayoutBatch.objects.filter(pk=batch.pk, state=State.APPROVED).update(
        state=State.SUBMITTED, submitted_at=Now()
    )
    batch.refresh_from_db()


def _tell(batch: PayoutBatch) -> None:
    """Step two. Told for the first time too long ago, it must not be told again: a person looks."""
    young = PayoutBatch.objects.filter(pk=batch.pk, submitted_at__gt=Now() - RESUBMIT)
    if not young.exists():
        log.error("payout.unknown", batch=str(batch.pk))
        PayoutBatch.objects.filter(pk=batch.pk).update(note="sent long ago, and nobody knows it")
        return
    try:
        truth = paypal.gateway().create_payout(
            reference=str(batch.pk), lines=_lines(batch), subject=_("Your earnings")
        )
    except GatewayRejected as refusal:
        _refused(batch, refusal.code)
        return
    _apply(batch.pk, truth)


def _lines(batch: PayoutBatch) -> list[PayoutLine]:
    return [
        PayoutLine(reference=str(item.pk), receiver=item.email, amount=item.amount)
        for item in batch.items.filter(state=Item.QUEUED).select_related("batch").order_by("pk")
    ]


def _refused(batch: PayoutBatch, code: str) -> None:
    """The provider wants none of it: all of the money is back on the balances."""
    with transaction.atomic():
        row = _locked(batch.pk)
        for item in row.items.filter(finished_at=None).order_by("payee_id"):
            _lose(item, Item.FAILED, code)
        _close(row)


@outside_transaction
def follow(batch_id: UUID) -> PayoutBatch:
    """Reads the provider's truth about a batch it knows, and applies it forward only."""
    batch = PayoutBatch.objects.get(pk=batch_id)
    if batch.provider_batch_id is None:
        return submit(batch_id) if batch.state in {State.APPROVED, State.SUBMITTED} else batch
    try:
        truth = paypal.gateway().payout(batch.provider_batch_id)
    except GatewayMisconfigured as error:
        raise ProviderNotConfigured from error
    return _apply(batch_id, truth)


def _locked(batch_id: UUID) -> PayoutBatch:
    return PayoutBatch.objects.select_for_update(of=("self",), no_key=True).get(pk=batch_id)


@transaction.atomic
def _apply(batch_id: UUID, truth: ProviderPayoutBatch) -> PayoutBatch:
    """Step three. Items are matched by our own reference; amounts must agree."""
    batch = _locked(batch_id)
    if truth.reference != str(batch.pk):
        audit.record("payout.mismatch", target=batch, after={"reference": truth.reference})
        return batch
    batch.provider_batch_id = truth.id
    if batch.state in {State.APPROVED, State.SUBMITTED}:
        batch.state = State.PROCESSING
    batch.save(update_fields=["provider_batch_id", "state"])
    told = {item.reference: item for item in truth.items}
    for item in batch.items.order_by("payee_id"):
        if str(item.pk) in told:
            _apply_item(item, told[str(item.pk)])
    if truth.status in {"DENIED", "CANCELED"}:
        for item in batch.items.filter(finished_at=None).order_by("payee_id"):
            _lose(item, Item.FAILED, truth.status)
    _close(batch)
    return batch


def _apply_item(item: PayoutItem, truth: ProviderPayoutItem) -> None:
    if truth.amount != item.amount:
        audit.record("payout.mismatch", target=item, after=truth.amount.as_json())
        return
    to = _STATES.get(truth.status)
    if to is None or to == item.state:
        return
    PayoutItem.objects.filter(pk=item.pk, provider_item_id=None).update(provider_item_id=truth.id)
    if item.state == Item.SUCCESS:
        if to in {Item.RETURNED, Item.REFUNDED}:
            _come_back(item, to)
    elif item.finished_at is not None:
        return
    elif to == Item.SUCCESS:
        _win(item, truth)
    elif to in _LOST:
        _lose(item, to, truth.failure or truth.status)
    else:
        PayoutItem.objects.filter(pk=item.pk).update(state=to)


def _win(item: PayoutItem, truth: ProviderPayoutItem) -> None:
    fee = truth.fee.minor if truth.fee and truth.fee.currency == item.batch.currency else 0
    PayoutItem.objects.filter(pk=item.pk).update(
        state=Item.SUCCESS, fee_minor=fee, finished_at=Now()
    )
    ledger.post(
        kind="payout_paid",
        reference=str(item.pk),
        currency=item.batch.currency,
        lines=[
            Line(Kind.PAYOUT_TRANSIT, -item.amount_minor, item.payee_id),
            Line(Kind.PAID_OUT, item.amount_minor),
            # What sending costs is the house's to bear.
            Line(Kind.PLATFORM_FEE, -fee),
            Line(Kind.PROCESSOR_FEE, fee),
        ],
    )
    outbox.record(
        PayoutPaid(item.pk, item.payee_id, item.amount_minor, item.batch.currency),
        key=f"payout.paid:{item.pk}",
    )


def _lose(item: PayoutItem, to: PayoutItem.State, reason: str) -> None:
    payouts.give_back(item, to, reason)
    _tell_lost(item, reason)


def _come_back(item: PayoutItem, to: PayoutItem.State) -> None:
    """Paid, and then sent back by its receiver: the balance has it again."""
    PayoutItem.objects.filter(pk=item.pk).update(state=to)
    ledger.post(
        kind="payout_came_back",
        reference=str(item.pk),
        currency=item.batch.currency,
        lines=[
            Line(Kind.PAID_OUT, -item.amount_minor),
            Line(Kind.TUTOR_AVAILABLE, item.amount_minor, item.payee_id),
        ],
    )
    _tell_lost(item, to)


def _tell_lost(item: PayoutItem, reason: str) -> None:
    outbox.record(
        PayoutFailed(item.pk, item.payee_id, item.amount_minor, item.batch.currency, reason[:100]),
        key=f"payout.failed:{item.pk}",
    )


def _close(batch: PayoutBatch) -> None:
    """The batch's own state follows its items'."""
    states = set(batch.items.values_list("state", flat=True))
    if batch.items.filter(finished_at=None).exists():
        return
    paid, lost = Item.SUCCESS in states, bool(states - {Item.SUCCESS})
    to = State.PARTIALLY_FAILED if paid and lost else State.PAID if paid else State.FAILED
    PayoutBatch.objects.filter(pk=batch.pk).update(
        state=to, finished_at=Coalesce(F("finished_at"), Now())
    )


@outside_transaction
def follow_open(*, limit: int = 50, only_due: bool = True) -> dict[str, int]:
    """The sweep: sends what was approved, asks what became of what was sent. Safe beside itself."""
    found = {"moved": 0, "unreachable": 0}
    rows = PayoutBatch.objects.filter(state__in=(State.APPROVED, *_UNDER_WAY))
    if only_due:
        rows = rows.filter(next_check_at__lte=Now())
    for batch_id, before in list(rows.order_by("next_check_at").values_list("pk", "state")[:limit]):
        try:
            found["moved"] += follow(batch_id).state != before
        except (ProviderUnavailable, ProviderNotConfigured, GatewayUnavailable, GatewayRejected):
            log.warning("payout.unreachable", batch=str(batch_id))
            found["unreachable"] += 1
        PayoutBatch.objects.filter(pk=batch_id).update(next_check_at=Now() + _ASK_AGAIN)
    return found
