"""Plans and subscriptions over the wire, held to PayPal's own documents."""

from datetime import UTC, datetime, timedelta

import pytest

from payments.gateways import paypal
from payments.gateways.base import PlanTerms, ProviderSubscription
from sandbox.paypal.state import memory
from tests.sandbox_server import Sandbox
from tutorme.core.gateways import GatewayRejected, GatewayUnavailable
from tutorme.core.money import Money

PRODUCT = "TUTORME-PROBE"
EUR_9 = Money(900, "EUR")
WAYS = {"return_url": "http://127.0.0.1:8000/back/", "cancel_url": "http://127.0.0.1:8000/no/"}


def plan(name: str = "Plus", price: Money = EUR_9, request_id: str = "") -> str:
    gateway = paypal.gateway()
    gateway.ensure_product(PRODUCT, name="A probe")
    terms = PlanTerms(name, "All of it", "MONTH", 1, price)
    made = gateway.create_plan(
        request_id=request_id or f"plan-{name}", product_id=PRODUCT, terms=terms
    )
    return made.id


def subscribe(plan_id: str, request_id: str = "s-1", **more: object) -> ProviderSubscription:
    given = {"starts_at": None, **more}
    return paypal.gateway().create_subscription(
        request_id=request_id,
        reference="sub-1",
        plan_id=plan_id,
        **WAYS,  # type: ignore[arg-type]
        **given,  # type: ignore[arg-type]
    )


def running(sandbox: Sandbox, choice: str = "approve") -> ProviderSubscription:
    made = subscribe(plan())
    sandbox.approve(made.approve_url, choice)
    return paypal.gateway().subscription(made.id)


def sales(subscription_id: str):
    now = datetime.now(UTC)
    return paypal.gateway().sales(
        subscription_id, since=now - timedelta(days=800), until=now + timedelta(days=1)
    )


def test_the_product_is_made_once(sandbox: Sandbox) -> None:
    for _ in range(2):
        paypal.gateway().ensure_product(PRODUCT, name="A probe")
    assert list(memory.products) == [PRODUCT]


def test_a_plan_made_long_ago_is_found_by_its_name(sandbox: Sandbox) -> None:
    made = [plan(f"Plus {number}") for number in range(25)]
    gateway = paypal.gateway()
    found = gateway.find_plan(PRODUCT, "Plus 24")
    assert found is not None
    assert found.id == made[24]
    assert gateway.find_plan(PRODUCT, "Minus") is None


@pytest.mark.parametrize("kind", ["lost-reply", "500-after", "reset", "429"])
def test_a_plan_and_a_subscription_not_heard_of_are_made_once(sandbox: Sandbox, kind: str) -> None:
    sandbox.fault("plan", kind, seconds=0)
    plan_id = plan()
    sandbox.fault("subscribe", kind, seconds=0)
    made = subscribe(plan_id)
    assert (list(memory.plans), list(memory.subscriptions)) == ([plan_id], [made.id])


def test_newcomers_are_let_in_or_not(sandbox: Sandbox) -> None:
    plan_id, gateway = plan(), paypal.gateway()
    gateway.offer_plan(plan_id, offered=False)
    assert gateway.plan(plan_id).status == "INACTIVE"
    with pytest.raises(GatewayRejected) as refused:
        subscribe(plan_id)
    assert refused.value.code == "PLAN_STATUS_INVALID"
    with pytest.raises(GatewayRejected):
        gateway.offer_plan(plan_id, offered=False)
    gateway.offer_plan(plan_id, offered=True)
    assert subscribe(plan_id).status == "APPROVAL_PENDING"


def test_agreeing_starts_it_and_takes_the_first_payment(sandbox: Sandbox) -> None:
    made = subscribe(plan())
    assert (made.status, made.reference) == ("APPROVAL_PENDING", "sub-1")
    back = sandbox.approve(made.approve_url)
    assert back.headers["location"].startswith("http://127.0.0.1:8000/back/?subscription_id=")
    truth = paypal.gateway().subscription(made.id)
    assert (truth.status, truth.failures, truth.outstanding) == ("ACTIVE", 0, Money(0, "EUR"))
    (sale,) = sales(made.id)
    assert (sale.status, sale.amount, sale.fee) == ("COMPLETED", EUR_9, Money(66, "EUR"))
    assert truth.next_billing_at is not None
    assert truth.next_billing_at > sale.paid_at + timedelta(days=27)


def test_a_later_start_is_paid_for_later(sandbox: Sandbox) -> None:
    starts_at = datetime.now(UTC) + timedelta(days=12)
    made = subscribe(plan(), starts_at=starts_at)
    sandbox.approve(made.approve_url)
    assert sales(made.id) == ()
    sandbox.turn(made.id, next=True)
    assert len(sales(made.id)) == 1


def test_refused_payments_end_in_suspension_on_paypals_clock(sandbox: Sandbox) -> None:
    row = running(sandbox)
    sandbox.turn(row.id, bank="refuses", next=True)
    truth = paypal.gateway().subscription(row.id)
    assert (truth.status, truth.failures, truth.outstanding) == ("ACTIVE", 1, EUR_9)
    assert truth.next_try_at is not None
    assert truth.last_failure_at is not None
    assert truth.next_try_at - truth.last_failure_at == timedelta(days=5)
    sandbox.turn(row.id, next=True)
    sandbox.turn(row.id, next=True)
    truth = paypal.gateway().subscription(row.id)
    assert (truth.status, truth.failures, truth.next_try_at) == ("SUSPENDED", 3, None)
    gateway = paypal.gateway()
    with pytest.raises(GatewayRejected) as refused:
        gateway.activate_subscription(row.id, reason="again")
    assert refused.value.code == "SUBSCRIPTION_CANNOT_BE_ACTIVATED"
    sandbox.turn(row.id, bank="pays")
    gateway.capture_outstanding(row.id, request_id="owed-1", amount=EUR_9, note="What is owed")
    gateway.capture_outstanding(row.id, request_id="owed-1", amount=EUR_9, note="What is owed")
    gateway.activate_subscription(row.id, reason="again")
    assert gateway.subscription(row.id).status == "ACTIVE"
    assert len(sales(row.id)) == 2


def test_it_rests_goes_on_and_ends(sandbox: Sandbox) -> None:
    row, gateway = running(sandbox), paypal.gateway()
    gateway.suspend_subscription(row.id, reason="a holiday")
    sandbox.turn(row.id, days=70)
    assert len(sales(row.id)) == 1
    gateway.activate_subscription(row.id, reason="back")
    assert len(sales(row.id)) == 2
    gateway.cancel_subscription(row.id, reason="enough")
    assert gateway.subscription(row.id).status == "CANCELLED"
    for step in (
        gateway.suspend_subscription,
        gateway.activate_subscription,
        gateway.cancel_subscription,
    ):
        with pytest.raises(GatewayRejected) as refused:
            step(row.id, reason="too late")
        assert refused.value.code == "SUBSCRIPTION_STATUS_INVALID"


@pytest.mark.parametrize("choice", ["approve", "cancel"])
def test_another_plan_needs_the_payers_word(sandbox: Sandbox, choice: str) -> None:
    row, other = running(sandbox), plan("More", Money(1900, "EUR"))
    url = paypal.gateway().revise_subscription(row.id, plan_id=other, **WAYS)
    assert paypal.gateway().subscription(row.id).plan_id == row.plan_id
    sandbox.approve(url, choice)
    changed = choice == "approve"
    assert paypal.gateway().subscription(row.id).plan_id == (other if changed else row.plan_id)
    sandbox.turn(row.id, next=True)
    assert sales(row.id)[-1].amount.minor == (1900 if changed else 900)


@pytest.mark.parametrize("choice", ["approve", "vanish"])
def test_messages_are_sent_for_every_step(sandbox: Sandbox, choice: str) -> None:
    row = running(sandbox, choice)
    sandbox.turn(row.id, bank="refuses", next=True)
    assert [one["event_type"] for one in sandbox.webhooks()][::-1] == [
        "BILLING.SUBSCRIPTION.CREATED",
        "BILLING.SUBSCRIPTION.ACTIVATED",
        "PAYMENT.SALE.COMPLETED",
        "BILLING.SUBSCRIPTION.PAYMENT.FAILED",
    ]


@pytest.mark.parametrize("operation", ["subscription", "transactions"])
@pytest.mark.parametrize("kind", ["garbled", "500-before", "429", "reset"])
def test_what_cannot_be_read_now_is_asked_again(sandbox: Sandbox, operation, kind) -> None:
    row = running(sandbox)
    sandbox.fault(operation, kind, times=3, seconds=0)
    with pytest.raises(GatewayUnavailable):
        paypal.gateway().subscription(row.id)
        sales(row.id)


def test_a_dispute_is_read_and_found_in_the_list(sandbox: Sandbox) -> None:
    row = running(sandbox)
    (sale,) = sales(row.id)
    opened = sandbox.http.post(f"{sandbox.url}/paypal/_dispute/{sale.id}").json()
    gateway = paypal.gateway()
    truth = gateway.dispute(opened["dispute_id"])
    assert (truth.status, truth.amount, truth.transaction_ids) == ("OPEN", EUR_9, (sale.id,))
    since = datetime.now(UTC) - timedelta(minutes=1)
    assert gateway.disputes(since=since) == [truth.id]
    for _ in range(60):
        sandbox.http.post(f"{sandbox.url}/paypal/_dispute/{sale.id}")
    assert len(gateway.disputes(since=since)) == 61
