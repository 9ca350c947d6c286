"""Facts from before the books: posted once, in the order they happened."""

from uuid import UUID

from django.db import transaction

from payments.models import Order, Refund, SubscriptionPeriod, SubscriptionRefund
from payments.services import documents, ledger_check, settlement, transitions


def post_missing(*, limit: int = 10_000) -> int:
    """Sales first, each with the refunds it has had. Safe to run again and beside everything."""
    ids = list(ledger_check.unposted_orders().order_by("pk").values_list("pk", flat=True)[:limit])
    return sum(_post(order_id) for order_id in ids)


def ask_for_papers() -> int:
    """For payments of subscriptions, and their refunds, from before they had papers."""
    periods = SubscriptionPeriod.objects.filter(documents=None)
    backs = SubscriptionRefund.objects.filter(document=None, state=Refund.State.COMPLETED)
    for period in periods.order_by("paid_at", "pk"):
        documents.ask_for_period_receipt(period)
    for refund in backs.order_by("pk"):
        documents.ask_for_period_credit_note(refund)
    return periods.count() + backs.count()


@transaction.atomic
def _post(order_id: UUID) -> bool:
    order = transitions.locked(order_id)
    if order.postings.filter(kind="sale").exists():
        return False
    if order.payee_id and not order.share_minor:
        # Nothing was agreed on then that the house would keep.
        order.share_minor = order.total.minor
        order.save(update_fields=["share_minor"])
    settlement.record_sale(order)
    order.refunded_minor = 0
    for refund in order.refunds.filter(state=Refund.State.COMPLETED).order_by("pk"):
        settlement.record_refund(order, refund)
        order.refunded_minor += refund.amount_minor
    assert Order.objects.filter(pk=order_id, refunded_minor=order.refunded_minor).exists()
    return True
