"""Payouts over the wire: paid once for a batch, read page by page, taken back if nobody claims."""

import pytest

from payments.gateways import paypal
from payments.gateways.base import PayoutLine
from sandbox.paypal.state import memory
from tests.sandbox_server import Sandbox
from tutorme.core.gateways import GatewayRejected
from tutorme.core.money import Money


def line(reference: str, receiver: str = "tess@example.test", amount: str = "90.00") -> PayoutLine:
    return PayoutLine(reference, receiver, Money.parse(amount, "EUR"), "Lessons in November")


def pay(reference: str, *lines: PayoutLine):
    return paypal.gateway().create_payout(
        reference=reference, lines=lines, subject="Your lessons in November", message="Thank you"
    )


def test_a_batch_is_sent_and_read_back(sandbox: Sandbox) -> None:
    made = pay("batch-1", line("i-1"), line("i-2", "unclaimed@example.test", "12.50"))
    assert (made.status, made.reference, made.items) == ("PENDING", "batch-1", ())
    read = paypal.gateway().payout(made.id)
    assert read.status == "SUCCESS"
    paid, waiting = read.items
    assert (paid.reference, paid.status, paid.amount) == ("i-1", "SUCCESS", Money(9000, "EUR"))
    assert (paid.fee, read.fees) == (Money(100, "EUR"), Money(125, "EUR"))
    assert (waiting.status, waiting.receiver) == ("UNCLAIMED", "unclaimed@example.test")
    assert paypal.gateway().payout_item(paid.id) == paid


def test_a_batch_longer_than_a_page_is_read_whole(sandbox: Sandbox, monkeypatch) -> None:
    monkeypatch.setattr("payments.gateways.paypal.payouts._PAGE", 2)
    made = pay("batch-1", *(line(f"i-{n}") for n in range(5)))
    assert [item.reference for item in paypal.gateway().payout(made.id).items] == [
        f"i-{n}" for n in range(5)
    ]


@pytest.mark.parametrize("kind", ["lost-reply", "500-after", "reset", "429", "garbled"])
def test_a_batch_that_was_not_heard_of_is_paid_once(sandbox: Sandbox, kind: str) -> None:
    sandbox.fault("payout", kind, seconds=0)
    if kind == "garbled":
        with pytest.raises(Exception, match="unreadable"):
            pay("batch-1", line("i-1"))
    made = pay("batch-1", line("i-1"))
    assert list(memory.payouts) == [made.id]


def test_after_the_request_id_is_forgotten_the_first_batch_is_still_the_answer(
    sandbox: Sandbox,
) -> None:
    first = pay("batch-1", line("i-1"))
    memory.answered.clear()
    again = pay("batch-1", line("i-1"))
    assert (again.id, again.items[0].status) == (first.id, "SUCCESS")
    assert len(memory.payouts) == 1


def test_what_nobody_claims_is_taken_back_once(sandbox: Sandbox) -> None:
    made = pay("batch-1", line("i-1", "unclaimed@example.test"))
    (item,) = paypal.gateway().payout(made.id).items
    assert paypal.gateway().cancel_payout_item(item.id).status == "RETURNED"
    with pytest.raises(GatewayRejected) as refused:
        paypal.gateway().cancel_payout_item(item.id)
    assert refused.value.code == "ITEM_INCORRECT_STATUS"


@pytest.mark.parametrize("name", ["blocked", "held", "failed", "pending"])
def test_items_end_as_their_receiver_says(sandbox: Sandbox, name: str) -> None:
    made = pay("batch-1", line("i-1", f"{name}@example.test"))
    (item,) = paypal.gateway().payout(made.id).items
    ends = {"blocked": "BLOCKED", "held": "ONHOLD", "failed": "FAILED", "pending": "PENDING"}
    assert item.status == ends[name]
    assert bool(item.failure) == (name in {"blocked", "failed"})


def test_yen_have_no_decimals(sandbox: Sandbox) -> None:
    yen = PayoutLine("i-1", "tess@example.test", Money(2400, "JPY"))
    (item,) = paypal.gateway().payout(pay("batch-1", yen).id).items
    assert item.amount == Money(2400, "JPY")
    assert memory.payouts[item.batch_id].items[0].asked["amount"]["value"] == "2400"


def test_each_end_of_an_item_is_announced(sandbox: Sandbox) -> None:
    pay("batch-1", line("i-1"), line("i-2", "unclaimed@example.test"))
    assert [row["event_type"] for row in sandbox.webhooks()][::-1] == [
        "PAYMENT.PAYOUTSBATCH.PROCESSING",
        "PAYMENT.PAYOUTS-ITEM.SUCCEEDED",
        "PAYMENT.PAYOUTS-ITEM.UNCLAIMED",
        "PAYMENT.PAYOUTSBATCH.SUCCESS",
    ]
