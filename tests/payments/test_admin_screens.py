"""Every money screen of the admin opens with rows in it, and its actions do what they say."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.apps import apps
from django.contrib import admin
from django.db.models import Model
from django.db.models.functions import Now
from django.test import Client
from django.urls import reverse

from accounts.models import User
from payments.models import (
    CreditLot,
    Document,
    Earning,
    PayoutBatch,
    PayoutMethod,
    Plan,
    Refund,
    Subscription,
    SubscriptionPeriod,
    SubscriptionRefund,
)
from payments.services import documents, earnings, ledger, orders, payouts, refunds
from realtime.announcements import words
from realtime.models import Notification
from tests import cast
from tests.payments.billing import Subscribe, plus, subscribed  # noqa: F401  fixtures
from tests.payments.books import all_mature, buy, prove, stall, sum_of
from tests.payments.conftest import Buy
from tests.sandbox_server import Sandbox
from tutorme.core import inbox
from tutorme.core.models import AuditEntry, InboxMessage

pytestmark = pytest.mark.django_db
Desk = Callable[..., str]


@pytest.fixture
def desk(ada: User) -> Desk:
    """`desk("refund", "approve", row)` chooses rows of a list and runs an action as Ada, or as
    `who`; what the next page says comes back."""

    def run(model: type[Model], action: str, *rows: Any, who: User = ada, **fields: str) -> str:
        client = Client()
        client.force_login(who)
        cast.confirmed(client)
        path = reverse(f"admin:{model._meta.label_lower.replace('.', '_')}_changelist")
        form = {"action": action, "_selected_action": [row.pk for row in rows], **fields}
        answer = client.post(path, form, follow=True)
        assert answer.status_code == 200
        return answer.content.decode()

    return run


@pytest.fixture
def second(db: None) -> User:
    return cast.person("Second", is_staff=True, is_superuser=True)


def test_every_screen_opens_with_rows(
    client: Client,
    ada: User,
    sam: User,
    tess: User,
    placed: Buy,
    subscribed: Subscribe,  # noqa: F811
) -> None:
    orders.settle(placed("approve").pk)
    order = buy(sam, stall.put(tess))
    documents.issue(order.pk)
    refunds.refund(order=order, amount=order.total.share(100), note="x", actor=ada, as_credit=True)
    subscribed()
    all_mature()
    ledger.seal()
    client.force_login(ada)
    screens = list(apps.get_app_config("payments").get_models())
    shown = [model for model in screens if admin.site.is_registered(model)]
    assert len(shown) >= 20
    empty = set()
    for model in shown:
        name = f"admin:{model._meta.label_lower.replace('.', '_')}"
        assert client.get(reverse(f"{name}_changelist")).status_code == 200, model
        row = model._default_manager.first()
        if row is None:
            empty.add(model.__name__)
            continue
        page = client.get(reverse(f"{name}_change", args=[row.pk]))
        assert page.status_code == 200, model
        typed = 'name="_save"' in page.content.decode()
        assert typed == (model.__name__ in _EDITED), model
    assert empty <= _FILLED_ELSEWHERE


# What is changed by hand, and what other tests of this file fill.
_EDITED = {"CreditPack", "Plan"}
_FILLED_ELSEWHERE = {
    "CommissionSchedule", "Coupon", "CreditPack", "Dispute", "Package", "PackageOffer",
    "PayoutBatch", "PayoutMethod", "SubscriptionRefund",
}  # fmt: skip


def test_a_refund_above_the_limit_is_approved_by_another(
    desk: Desk, sam: User, tess: User, ada: User, second: User, settings
) -> None:
    settings.REFUND_LIMIT_MINOR = 100
    order = buy(sam, stall.put(tess))
    row = refunds.refund(order=order, amount=None, note="x", actor=ada, as_credit=True)
    desk(Refund, "approve", row)
    row.refresh_from_db()
    assert row.state == "proposed"
    assert "completed" in desk(Refund, "approve", row, who=second)
    other = refunds.refund(
        order=buy(sam, stall.put(tess)), amount=None, note="x", actor=ada, as_credit=True
    )
    assert "Kept in the audit trail" in desk(Refund, "reject", other, who=second)
    assert "rejected" in desk(Refund, "reject", other, who=second, reason="She came after all")
    assert AuditEntry.objects.get(action="refund.rejected").reason == "She came after all"
    prove()


def test_a_payment_of_a_subscription_is_given_back(
    desk: Desk,
    subscribed: Subscribe,  # noqa: F811
    second: User,
    ada: User,
    settings,
) -> None:
    period = subscribed().periods.get()
    page = desk(SubscriptionPeriod, "refund", period)
    assert "€9.00" in page
    told = desk(SubscriptionPeriod, "refund", period, asked="1", amount="2.00", reason="a day off")
    assert "€2.00" in told
    settings.REFUND_LIMIT_MINOR = 100
    told = desk(SubscriptionPeriod, "refund", period, asked="1", reason="all")
    assert "Proposed" in told
    waiting = SubscriptionRefund.objects.get(state="proposed")
    desk(SubscriptionRefund, "approve", waiting)
    waiting.refresh_from_db()
    assert waiting.state == "proposed"
    assert "completed" in desk(SubscriptionRefund, "approve", waiting, who=second)
    period.refresh_from_db()
    assert (period.state, sum_of("refunds")) == ("revoked", 900)


def test_a_payout_needs_a_second_person(
    desk: Desk, sandbox: Sandbox, sam: User, tess: User, ada: User, second: User
) -> None:
    payouts.set_method(user=tess, email="tess@paypal.test")
    PayoutMethod.objects.update(usable_from=Now() - timedelta(days=1))
    buy(sam, stall.put(tess))
    all_mature()
    assert earnings.mature() == 1
    method = PayoutMethod.objects.get()
    assert "draft" in desk(PayoutMethod, "collect", method)
    batch = PayoutBatch.objects.get()
    desk(PayoutBatch, "approve", batch)
    batch.refresh_from_db()
    assert batch.state == "draft"
    assert "approved" in desk(PayoutBatch, "approve", batch, who=second)


def test_a_payout_that_is_turned_down_says_why(
    desk: Desk, sam: User, tess: User, ada: User, second: User, drain
) -> None:
    payouts.set_method(user=tess, email="tess@paypal.test")
    buy(sam, stall.put(tess))
    all_mature()
    earnings.mature()
    batch = payouts.request(user=tess, currency="EUR")
    assert "Each payee reads it" in desk(PayoutBatch, "reject", batch, reason="x" * 201)
    assert "Each payee reads it" in desk(PayoutBatch, "reject", batch)
    batch.refresh_from_db()
    assert batch.state == "draft", "nobody turns one down without a word"
    why = "Your address bounced our test: set another, please."
    assert "rejected" in desk(PayoutBatch, "reject", batch, reason=why)
    noted = AuditEntry.objects.get(action="payout.rejected")
    assert (noted.actor, noted.reason) == (ada, why)
    drain()
    told = Notification.objects.get(user=tess, kind="payout-rejected")
    assert why in words(told.kind, told.facts, "en").body
    theirs = Client()
    theirs.force_login(tess)
    assert why in theirs.get(reverse("teach-payouts")).text
    assert sum_of("tutor_available", tess) == 8000


def test_who_takes_back_their_own_payout_is_not_told_of_it(sam: User, tess: User, drain) -> None:
    payouts.set_method(user=tess, email="tess@paypal.test")
    buy(sam, stall.put(tess))
    all_mature()
    earnings.mature()
    batch = payouts.request(user=tess, currency="EUR")
    payouts.reject(batch_id=batch.pk, actor=tess, reason="later")
    drain()
    assert not Notification.objects.filter(kind="payout-rejected").exists()


def test_earnings_are_held_and_let_go_with_a_reason(desk: Desk, sam: User, tess: User) -> None:
    order = buy(sam, stall.put(tess))
    row = order.earnings.get()
    desk(Earning, "hold", row)
    row.refresh_from_db()
    assert row.held_at is None
    desk(Earning, "hold", row, reason="A copied course")
    row.refresh_from_db()
    assert (row.held_at is not None, row.held_for) == (True, "A copied course")
    desk(Earning, "lift", row, reason="It is her own")
    row.refresh_from_db()
    assert row.held_at is None
    rows = AuditEntry.objects.filter(target_id=str(order.pk), action__startswith="earnings.")
    trail = dict(rows.values_list("action", "reason"))
    assert trail == {"earnings.held": "A copied course", "earnings.let_go": "It is her own"}


def test_a_message_is_read_and_processed_again(client: Client, ada: User) -> None:
    row = inbox.store(
        provider="paypal",
        delivery_id="WH-1",
        kind="CHECKOUT.ORDER.APPROVED",
        body=b'{"id": "WH-1", "resource": {"id": "<b>9</b>"}}',
        headers={},
    )
    InboxMessage.objects.filter(pk=row.pk).update(state="dead")
    client.force_login(ada)
    page = client.get(reverse("admin:core_inboxmessage_change", args=[row.pk])).content.decode()
    assert "&lt;b&gt;9&lt;/b&gt;" in page
    form = {"action": "retry", "_selected_action": [row.pk]}
    path = reverse("admin:core_inboxmessage_changelist")
    assert "Process again: paypal" in client.post(path, form, follow=True).content.decode()
    row.refresh_from_db()
    assert row.state == "received"


def test_plans_are_written_and_told_to_paypal(client: Client, ada: User, sandbox: Sandbox) -> None:
    client.force_login(ada)
    form = {
        "slug": "plus",
        "name": "Plus",
        "description": "More of it",
        "features": ["ai"],
        "is_offered": "on",
        "position": "0",
        "amount": "9.00",
        "currency": "EUR",
        "every": "1",
        "unit": "month",
        "credit": "5.00",
    }
    inline = {"versions-TOTAL_FORMS": "0", "versions-INITIAL_FORMS": "0"}
    said = client.post(reverse("admin:payments_plan_add"), {**form, **inline}, follow=True)
    assert said.status_code == 200
    plan = Plan.objects.get()
    assert (plan.credit_minor, plan.versions.get().state) == (500, "draft")
    chosen = {"action": "sync", "_selected_action": [plan.pk]}
    path = reverse("admin:payments_plan_changelist")
    client.post(path, chosen, follow=True)
    assert plan.versions.get().state == "active"
    assert "in line" in client.post(path, chosen, follow=True).content.decode()


def test_a_subscription_is_followed_and_cancelled(
    desk: Desk,
    subscribed: Subscribe,  # noqa: F811
) -> None:
    row = subscribed()
    assert "active" in desk(Subscription, "settle", row)
    shown = desk(Subscription, "cancel", row)
    assert "reaches 1 row" in shown
    assert "cancelled" in desk(Subscription, "cancel", row, asked="1", counted="1")


def test_credit_is_given_by_form_and_never_to_oneself(client: Client, ada: User, sam: User) -> None:
    client.force_login(ada)
    cast.confirmed(client)
    path = reverse("admin:payments_creditlot_add")
    form = {"email": sam.email, "amount": "9.00", "currency": "EUR", "reason": "sorry", "days": ""}
    assert client.post(path, form, follow=True).status_code == 200
    assert CreditLot.objects.get().left_minor == 900
    own = client.post(path, {**form, "email": ada.email}, follow=True)
    assert "what goes to them" in own.content.decode()
    assert CreditLot.objects.count() == 1


def test_a_paper_opens_as_it_was_printed(client: Client, ada: User, sam: User, tess: User) -> None:
    order = buy(sam, stall.put(tess))
    paper = documents.issue(order.pk)
    client.force_login(ada)
    path = reverse("admin:payments_document_pdf", args=[paper.pk])
    assert client.get(path).status_code == 404
    documents.mark_printed(paper.pk, documents.keep(b"%PDF-1.7 proof"))
    answer = client.get(path)
    assert answer.status_code == 200
    assert b"".join(answer.streaming_content) == b"%PDF-1.7 proof"  # type: ignore[attr-defined]
    client.force_login(sam)
    assert client.get(path).status_code in {302, 403, 404}
    assert Document.objects.get().label in _list_of(ada)


def _list_of(who: User) -> str:
    client = Client()
    client.force_login(who)
    return client.get(reverse("admin:payments_document_changelist")).content.decode()
