"""Giving money back: never more than came, never twice, never forgotten."""

from functools import partial
from uuid import uuid4

import pytest

from accounts.models import User
from payments.errors import RefundTooLarge
from payments.models import Order, Refund
from payments.services import orders, refunds
from tests.payments.conftest import Buy
from tests.races.parallel import together
from tests.sandbox_server import Sandbox
from tutorme.core.errors import ProviderUnavailable
from tutorme.core.models import AuditEntry, OutboxEvent
from tutorme.core.money import Money


def api_refund(client, order: Order, **body: object):
    return client.post(
        f"/api/v1/payments/orders/{order.pk}/refund/",
        {"reason": "a late start", **body},
        format="json",
        headers={"idempotency-key": str(uuid4())},
    )


@pytest.mark.django_db
def test_ada_refunds_a_part_and_then_the_rest(api, ada: User, sam: User, placed: Buy) -> None:
    order = orders.settle(placed("approve").pk)
    part = api_refund(api(ada), order, amount={"amount": "9.00", "currency": "EUR"}).json()
    assert (part["state"], part["order"]["state"]) == ("completed", "partially_refunded")
    too_much = api_refund(api(ada), order, amount={"amount": "20.01", "currency": "EUR"})
    assert (too_much.status_code, too_much.json()["code"]) == (422, "refund-too-large")
    rest = api_refund(api(ada), order).json()
    assert (rest["amount"]["amount"], rest["order"]["state"]) == ("20.00", "refunded")
    fulls = OutboxEvent.objects.filter(name="payment.refunded").order_by("id")
    assert [event.payload["full"] for event in fulls] == [False, True]
    assert AuditEntry.objects.filter(action="order.refund_requested", actor=ada).count() == 2
    assert api_refund(api(sam), order).status_code == 403


@pytest.mark.django_db
@pytest.mark.parametrize("kind", ["500-after", "lost-reply", "500-before"])
def test_a_refund_nobody_heard_of_is_found_again(
    ada: User, placed: Buy, sandbox: Sandbox, kind: str
) -> None:
    order = orders.settle(placed("approve").pk)
    sandbox.fault("refund", kind, times=3)
    with pytest.raises(ProviderUnavailable):
        refunds.refund(order=order, amount=Money(500, "EUR"), note="", actor=ada)
    assert refunds.carry_out_open() == 1
    order.refresh_from_db()
    assert (order.state, order.refunded_minor) == ("partially_refunded", 500)
    assert refunds.carry_out_open() == 0


@pytest.mark.django_db(transaction=True)
def test_eight_parallel_refunds_give_back_what_came_at_most(ada: User, placed: Buy) -> None:
    order = orders.settle(placed("approve").pk)
    ten = partial(refunds.refund, order=order, amount=Money(1000, "EUR"), note="", actor=ada)
    results = together([ten] * 8)
    done = [result for result in results if isinstance(result, Refund)]
    refused = [result for result in results if isinstance(result, RefundTooLarge)]
    assert (len(done), len(refused)) == (2, 6)
    order.refresh_from_db()
    assert order.refunded_minor == 2000


@pytest.mark.django_db
def test_a_refusal_by_the_provider_frees_the_amount(
    ada: User, placed: Buy, sandbox: Sandbox
) -> None:
    order = orders.settle(placed("approve").pk)
    sandbox.fault("refund", "refuse", issue="REFUND_TIME_LIMIT_EXCEEDED")
    failed = refunds.refund(order=order, amount=None, note="", actor=ada)
    assert (failed.state, failed.failure) == ("failed", "REFUND_TIME_LIMIT_EXCEEDED")
    assert refunds.refund(order=order, amount=None, note="", actor=ada).state == "completed"
