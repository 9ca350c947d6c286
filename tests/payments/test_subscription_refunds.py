"""Payments of subscriptions given back: by an admin, at PayPal, by a bank, or as credit."""

from datetime import timedelta
from functools import partial
from uuid import uuid4

import pytest
from django.db.models.functions import Now
from django.utils import timezone

from accounts.models import User
from payments import queries
from payments.errors import NotRefundable, NotWaiting, RefundTooLarge, SecondPersonNeeded
from payments.models import (
    Feature,
    LedgerTransaction,
    Subscription,
    SubscriptionPeriod,
    SubscriptionRefund,
)
from payments.services import (
    credits,
    subscription_messages,
    subscription_refunds,
    subscriptions,
)
from sandbox.paypal.billing_state import Sale, sale_of
from sandbox.paypal.webhooks import outgoing
from tests import cast
from tests.payments.billing import Subscribe, plus, subscribed, turn  # noqa: F401  fixtures
from tests.payments.books import prove, sum_of
from tests.payments.test_any_order import hand_over
from tests.races.parallel import together
from tests.sandbox_server import Sandbox
from tutorme.core.errors import ProviderUnavailable
from tutorme.core.inbox import NotYet
from tutorme.core.models import AuditEntry, OutboxEvent
from tutorme.core.money import Money

pytestmark = pytest.mark.django_db


def paid(row: Subscription) -> SubscriptionPeriod:
    return row.periods.get()


def there(period: SubscriptionPeriod) -> Sale:
    found = sale_of(period.sale_id)
    assert found is not None
    return found[1]


def give_back(period: SubscriptionPeriod, actor: User, minor: int | None = None, **how: bool):
    amount = Money(minor, "EUR") if minor else None
    return subscription_refunds.refund(
        period=period, amount=amount, note="a wish", actor=actor, **how
    )


def hear_of_all() -> None:
    for sent in outgoing.newest_first():
        hand_over(sent)


def test_all_of_it_closes_what_it_opened(
    subscribed: Subscribe,  # noqa: F811
    sam: User,
    ada: User,
) -> None:
    period = paid(subscribed())
    row = give_back(period, ada)
    assert (row.state, row.amount_minor) == ("completed", 900)
    assert there(period).status == "REFUNDED"
    period.refresh_from_db()
    assert (period.state, period.refunded_minor) == ("revoked", 900)
    assert not queries.entitled(sam.pk, Feature.AI)
    assert Subscription.objects.get().state == "active"
    hear_of_all()
    assert len(there(period).refunds) == SubscriptionRefund.objects.count() == 1
    assert OutboxEvent.objects.filter(name="subscription.refunded").count() == 1
    assert sum_of("refunds") == 900
    assert AuditEntry.objects.get(action="subscription.refund_requested").actor_id == ada.pk
    prove()
    with pytest.raises(NotRefundable):
        give_back(period, ada)


def test_a_part_leaves_the_time_that_was_bought(
    subscribed: Subscribe,  # noqa: F811
    sam: User,
    ada: User,
    settings,
) -> None:
    settings.TAX_PER_MILLE = 190
    period = paid(subscribed())
    tax = sum_of("tax")
    assert tax
    give_back(period, ada, 400)
    assert queries.entitled(sam.pk, Feature.AI)
    assert (sum_of("refunds"), there(period).status) == (400, "PARTIALLY_REFUNDED")
    with pytest.raises(RefundTooLarge):
        give_back(period, ada, 501)
    give_back(period, ada, 333)
    give_back(period, ada)
    period.refresh_from_db()
    assert (period.state, sum_of("refunds"), sum_of("tax")) == ("revoked", 900, 0)
    prove()


@pytest.mark.parametrize("kind", ["500-after", "lost-reply", "500-before"])
def test_one_nobody_heard_of_is_found_again(
    subscribed: Subscribe,  # noqa: F811
    sandbox: Sandbox,
    ada: User,
    kind: str,
) -> None:
    period = paid(subscribed())
    sandbox.fault("refund", kind, times=3)
    with pytest.raises(ProviderUnavailable):
        give_back(period, ada, 300)
    if kind != "500-before":
        # Its message is here before its answer: it is the same refund.
        hear_of_all()
    assert subscription_refunds.carry_out_open() == (kind == "500-before")
    assert [one.value for one in there(period).refunds] == [3]
    assert sum_of("refunds") == 300
    prove()


def test_under_a_forgotten_request_id_nothing_is_asked(
    subscribed: Subscribe,  # noqa: F811
    sandbox: Sandbox,
    ada: User,
) -> None:
    period = paid(subscribed())
    sandbox.fault("refund", "500-before", times=3)
    with pytest.raises(ProviderUnavailable):
        give_back(period, ada, 300)
    SubscriptionRefund.objects.update(created_at=Now() - timedelta(days=45))
    assert subscription_refunds.carry_out_open() == 0
    row = SubscriptionRefund.objects.get()
    assert (row.state, row.failure) == ("failed", "FORGOTTEN_BY_THE_PROVIDER")
    assert there(period).refunds == []


def test_what_is_too_old_for_paypal_comes_back_as_credit(
    subscribed: Subscribe,  # noqa: F811
    sandbox: Sandbox,
    sam: User,
    ada: User,
) -> None:
    row = turn(sandbox, subscribed(), days=181)
    period = row.periods.order_by("paid_at").first()
    assert period is not None
    assert give_back(period, ada, 400).state == "completed"
    assert give_back(period, ada).as_credit
    assert there(period).refunds == []
    assert credits.spendable(sam.pk, "EUR") == Money(900, "EUR")
    period.refresh_from_db()
    assert (period.state, sum_of("refunds"), sum_of("credits", sam)) == ("revoked", 0, 900)
    prove()


def test_control_paypal_would_refuse_what_is_too_old(
    subscribed: Subscribe,  # noqa: F811
    sandbox: Sandbox,
    ada: User,
) -> None:
    """Young by our row, old at PayPal: its refusal frees the amount again."""
    row = subscribed()
    period = paid(row)
    sandbox.turn(str(row.provider_subscription_id), days=181)
    failed = give_back(period, ada)
    assert (failed.state, failed.failure) == ("failed", "REFUND_TIME_LIMIT_EXCEEDED")
    assert give_back(period, ada, as_credit=True).state == "completed"
    prove()


def test_as_credit_and_in_money_add_up(
    subscribed: Subscribe,  # noqa: F811
    sam: User,
    ada: User,
) -> None:
    period = paid(subscribed())
    give_back(period, ada, 500, as_credit=True)
    assert queries.entitled(sam.pk, Feature.AI)
    give_back(period, ada)
    assert (sum_of("credits", sam), sum_of("refunds")) == (500, 400)
    assert not queries.entitled(sam.pk, Feature.AI)
    prove()


@pytest.mark.parametrize("reverse", [False, True])
def test_a_part_that_went_back_at_paypal_is_brought_in(
    subscribed: Subscribe,  # noqa: F811
    sandbox: Sandbox,
    reverse: bool,
) -> None:
    row = subscribed()
    period = paid(row)
    sandbox.turn(
        str(row.provider_subscription_id), refund=period.sale_id, value="3.00", reverse=reverse
    )
    hear_of_all()
    hear_of_all()
    found = SubscriptionRefund.objects.get()
    assert (found.origin, found.amount_minor, found.is_reversal) == ("provider", 300, reverse)
    assert sum_of("chargeback" if reverse else "refunds") == 300
    period.refresh_from_db()
    assert period.state == "granted"
    prove()


def test_parts_that_are_told_after_all_of_it_is_known_to_be_gone_post_nothing(
    subscribed: Subscribe,  # noqa: F811
    sandbox: Sandbox,
) -> None:
    """PayPal's list said so first, and it has its paper; a late message knows of less."""
    row = subscribed()
    period = paid(row)
    for value in ("3.00", "6.00"):
        sandbox.turn(str(row.provider_subscription_id), refund=period.sale_id, value=value)
    subscriptions.settle_now(row.pk)
    assert sum_of("refunds") == 900
    posted = LedgerTransaction.objects.filter(kind="subscription_refund")
    for sent in outgoing.newest_first():
        hand_over(sent)
        period.refresh_from_db()
        assert (sum_of("refunds"), period.refunded_minor, posted.count()) == (900, 900, 1)
    assert list(period.refunds.values_list("amount_minor", "provider_refund_id")) == [(900, None)]
    prove()


def test_a_message_waits_while_the_subscription_is_being_worked_on(
    subscribed: Subscribe,  # noqa: F811
    sandbox: Sandbox,
) -> None:
    """Whoever has the turn may have asked PayPal before this happened."""
    row = subscribed()
    sandbox.turn(str(row.provider_subscription_id), next=True)
    named = {"id": row.provider_subscription_id}
    tell = partial(subscription_messages.apply_message, "BILLING.SUBSCRIPTION.UPDATED", named)
    Subscription.objects.update(busy_until=Now() + timedelta(minutes=1))
    with pytest.raises(NotYet):
        tell()
    Subscription.objects.update(busy_until=Now() - timedelta(seconds=1))
    tell()
    assert row.periods.count() == 2


def test_above_the_limit_a_second_person(
    subscribed: Subscribe,  # noqa: F811
    sam: User,
    ada: User,
    orla: User,
    settings,
) -> None:
    settings.REFUND_LIMIT_MINOR = 100
    period = paid(subscribed())
    row = give_back(period, ada)
    assert (row.state, there(period).status) == ("proposed", "COMPLETED")
    for own in (ada, sam):
        with pytest.raises(SecondPersonNeeded):
            subscription_refunds.approve(refund_id=row.pk, actor=own)
    assert subscription_refunds.approve(refund_id=row.pk, actor=orla).state == "completed"
    with pytest.raises(NotWaiting):
        subscription_refunds.reject(refund_id=row.pk, actor=orla)


def test_over_the_api(
    subscribed: Subscribe,  # noqa: F811
    api,
    ada: User,
    sam: User,
    orla: User,
    settings,
) -> None:
    period = paid(subscribed())
    path = f"/api/v1/payments/subscription-payments/{period.pk}/refund/"

    def ask(person: User, **body: object):
        key = {"idempotency-key": str(uuid4())}
        return api(person).post(path, {"reason": "late", **body}, format="json", headers=key)

    assert ask(sam).status_code == 403
    part = ask(ada, amount={"amount": "4.00", "currency": "EUR"}).json()
    assert (part["state"], part["amount"]["amount"]) == ("completed", "4.00")
    settings.REFUND_LIMIT_MINOR = 100
    waiting = ask(ada).json()
    assert waiting["state"] == "proposed"
    way = f"/api/v1/payments/subscription-refunds/{waiting['id']}"
    staff = cast.person("Second", is_staff=True, is_superuser=True)
    assert api(ada).post(f"{way}/reject/").status_code == 403
    done = api(staff).post(f"{way}/approve/", headers={"idempotency-key": "x"}).json()
    assert done["state"] == "completed"
    assert api(staff).post(f"{way}/reject/").status_code == 409
    gone = path.replace(str(period.pk), str(uuid4()))
    body = {"reason": "x"}
    key = {"idempotency-key": "y"}
    assert api(ada).post(gone, body, format="json", headers=key).status_code == 404


@pytest.mark.django_db(transaction=True)
def test_eight_at_once_give_back_what_came_at_most(
    subscribed: Subscribe,  # noqa: F811
    ada: User,
) -> None:
    period = paid(subscribed())
    done = together([partial(give_back, period, ada, 400)] * 8)
    refused = [one for one in done if isinstance(one, RefundTooLarge)]
    assert len(refused) == 6
    assert [int(one.value) for one in there(period).refunds] == [4, 4]
    subscriptions.settle_now(period.subscription_id)
    assert sum_of("refunds") == 800
    prove()


def test_credit_comes_with_each_payment_and_a_weeks_worth_rolls_over(
    subscribed: Subscribe,  # noqa: F811
    plus,  # noqa: F811
    sandbox: Sandbox,
    sam: User,
    ada: User,
) -> None:
    plus.credit_minor = 3000
    plus.save()
    row = subscribed()
    assert credits.spendable(sam.pk, "EUR") == Money(3000, "EUR")
    first = paid(row)
    rest = sam.credit_lots.get(reference=f"week:{first.sale_id}")
    length = first.ends_at - first.starts_at
    assert rest.amount_minor == 3000 * 7 // length.days
    assert rest.expires_at == first.ends_at + length
    assert sam.credit_lots.get(reference=f"cycle:{first.sale_id}").expires_at == first.ends_at
    sam.credit_lots.filter(reference__startswith="cycle:").update(expires_at=timezone.now())
    assert credits.expire_due() == 1
    turn(sandbox, row, next=True)
    assert credits.spendable(sam.pk, "EUR").minor == 3000 + rest.amount_minor
    prove()
    give_back(row.periods.order_by("-paid_at")[0], ada)
    assert credits.spendable(sam.pk, "EUR") == rest.amount
    prove()
