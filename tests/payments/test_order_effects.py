"""What each of PayPal's messages about orders and complaints does, sent signed through the door of
webhooks: in the rows, and on the page of whom it concerns."""

import pytest

from payments.gateways import paypal
from payments.models import Dispute, Document, Earning, Order, Refund
from payments.services import orders
from tests.payments.billing import plus, subscribed  # noqa: F401  fixtures
from tests.payments.books import sum_of
from tests.payments.world import Effects, World, proved, world  # noqa: F401  fixture
from tutorme.core.models import InboxMessage, OutboxEvent

pytestmark = pytest.mark.django_db
EFFECTS = Effects()
_CAPTURE, _DISPUTE = "PAYMENT.CAPTURE.", "CUSTOMER.DISPUTE."


def standing(here: World, order: Order) -> str:
    order.refresh_from_db()
    return here.page(here.sam, "payments-order", order.pk)


@EFFECTS.of("CHECKOUT.ORDER.APPROVED")
def _approved(here: World) -> None:
    order = here.placed("vanish")
    assert "Not paid yet" in standing(here, order)
    here.hear("CHECKOUT.ORDER.APPROVED")
    assert "Go to what you bought" in standing(here, order)
    assert (order.state, order.attempts.count()) == ("captured", 1)
    assert here.told(here.sam) == ["payment-received"]


@EFFECTS.of("CHECKOUT.ORDER.COMPLETED")
def _processed(here: World) -> None:
    order = here.captured_there()
    here.switch(f"_processed/{order.provider_order_id}")
    here.hear("CHECKOUT.ORDER.COMPLETED")
    assert "Go to what you bought" in standing(here, order)
    assert (order.state, order.attempts.count()) == ("captured", 0)


@EFFECTS.of("CHECKOUT.PAYMENT-APPROVAL.REVERSED")
def _lapsed(here: World) -> None:
    order = here.placed("approve")
    here.switch(f"_lapse/{order.provider_order_id}")
    here.hear("CHECKOUT.PAYMENT-APPROVAL.REVERSED")
    assert "The approval was taken back at PayPal" in standing(here, order)
    assert order.state == "voided"
    assert here.told(here.sam) == ["payment-failed"]


@EFFECTS.of("PAYMENT.CAPTURE.COMPLETED")
def _captured(here: World) -> None:
    order = here.captured_there()
    here.hear(f"{_CAPTURE}COMPLETED")
    assert "Go to what you bought" in standing(here, order)
    assert (order.state, sum_of("student_cash")) == ("captured", -2900)
    assert order.fee_minor
    assert Document.objects.get().kind == "receipt"
    assert here.told(here.sam) == ["payment-received"]


@EFFECTS.of("PAYMENT.CAPTURE.PENDING")
def _held(here: World) -> None:
    order = here.captured_there("pending")
    here.hear(f"{_CAPTURE}PENDING")
    assert "PayPal holds the money" in standing(here, order)
    assert (order.state, sum_of("student_cash")) == ("capture_pending", 0)
    assert not OutboxEvent.objects.filter(name="payment.captured").exists()


def _refused(here: World, event: str) -> None:
    order = orders.settle(here.placed("pending").pk)
    here.switch(f"_settle/{order.provider_capture_id}", status="DECLINED", event=event)
    assert order.state == "capture_pending"
    here.hear(f"{_CAPTURE}{event}")
    page = standing(here, order)
    assert "PayPal declined the payment" in page
    assert "Order it again" in page
    assert order.state == "declined"
    assert here.told(here.sam) == ["payment-failed"]


@EFFECTS.of("PAYMENT.CAPTURE.DENIED")
def _denied(here: World) -> None:
    _refused(here, "DENIED")


@EFFECTS.of("PAYMENT.CAPTURE.DECLINED")
def _declined(here: World) -> None:
    _refused(here, "DECLINED")


@EFFECTS.of("PAYMENT.CAPTURE.REFUNDED")
def _refunded(here: World) -> None:
    order = here.sold()
    part = order.amount.share(100)
    capture_id = str(order.provider_capture_id)
    paypal.gateway().refund(capture_id, request_id="there", amount=part, note="there")
    here.hear(f"{_CAPTURE}REFUNDED")
    assert "A part of the price went back to you" in standing(here, order)
    assert (order.state, order.refunded_minor) == ("partially_refunded", 290)
    row = Refund.objects.get()
    assert (row.origin, row.state, sum_of("refunds")) == ("provider", "completed", 290)
    assert Document.objects.filter(kind="credit_note", refund=row).exists()
    assert "payment-refunded" in here.told(here.sam)


@EFFECTS.of("PAYMENT.CAPTURE.REVERSED")
def _reversed(here: World) -> None:
    order = here.sold()
    share = Earning.objects.get().left
    here.switch(f"_reverse/{order.provider_capture_id}")
    here.hear(f"{_CAPTURE}REVERSED")
    assert "took this payment back" in standing(here, order)
    assert (order.state, sum_of("chargeback"), Earning.objects.get().left.minor) == (
        "reversed",
        2900,
        0,
    )
    assert share
    assert "payment-refunded" in here.told(here.sam)


# Complaints ---------------------------------------------------------------------------------------


def _complained(here: World) -> tuple[Order, str]:
    order = here.sold()
    opened = here.switch(f"_dispute/{order.provider_capture_id}")
    return order, str(opened["dispute_id"])


@EFFECTS.of("CUSTOMER.DISPUTE.CREATED")
def _disputed(here: World) -> None:
    order, _dispute = _complained(here)
    assert Earning.objects.get().held_at is None
    here.hear(f"{_DISPUTE}CREATED")
    assert "PayPal looks into a complaint" in standing(here, order)
    assert (order.state, Dispute.objects.get().state) == ("disputed", "open")
    assert Earning.objects.get().held_at is not None
    assert here.told(here.ada) == ["payment-disputed"]
    page = here.page(here.ada, "admin:payments_dispute_change", Dispute.objects.get().pk)
    assert "captured: money arrived" in page


@EFFECTS.of("CUSTOMER.DISPUTE.UPDATED")
def _moved(here: World) -> None:
    order, dispute = _complained(here)
    here.hear(f"{_DISPUTE}CREATED")
    here.switch(f"_dispute/{dispute}", status="WAITING_FOR_SELLER_RESPONSE")
    here.hear(f"{_DISPUTE}UPDATED")
    row = Dispute.objects.get()
    assert (row.state, row.status) == ("open", "WAITING_FOR_SELLER_RESPONSE")
    assert "WAITING_FOR_SELLER_RESPONSE" in here.page(here.ada, "admin:payments_dispute_changelist")
    assert "PayPal looks into a complaint" in standing(here, order)


@EFFECTS.of("CUSTOMER.DISPUTE.RESOLVED")
def _resolved(here: World) -> None:
    order, dispute = _complained(here)
    here.hear(f"{_DISPUTE}CREATED")
    here.switch(f"_dispute/{dispute}", status="RESOLVED", outcome="RESOLVED_SELLER_FAVOUR")
    here.hear(f"{_DISPUTE}RESOLVED")
    assert "Go to what you bought" in standing(here, order)
    assert (order.state, Dispute.objects.get().state) == ("captured", "won")
    assert Earning.objects.get().held_at is None


@pytest.mark.parametrize("kind", sorted(EFFECTS))
def test_it_does_what_it_should(
    world: World,  # noqa: F811
    kind: str,
) -> None:
    proved(EFFECTS, kind, world)


def test_control_a_type_nobody_reads_does_nothing(world: World) -> None:  # noqa: F811
    """The same message under another name: what follows above follows from the reader alone."""
    order = world.captured_there()
    row = next(s for s in world.sandbox.webhooks() if s["event_type"] == f"{_CAPTURE}COMPLETED")
    InboxMessage.objects.create(
        provider="paypal",
        delivery_id="WH-1",
        kind=f"{_CAPTURE}OF-TOMORROW",
        body=row["body"].encode(),
        body_sha256="",
        headers={},
    )
    world.drain()
    order.refresh_from_db()
    assert (InboxMessage.objects.get().state, order.state) == ("applied", "created")
