"""Complaints PayPal knows nothing of: marked and decided in the admin, with a row of their own."""

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.db.models import Model
from django.test import Client
from django.urls import reverse

from accounts.models import User
from payments.models import Dispute, Order, Refund
from payments.services import earnings, marked_disputes, orders, refunds
from realtime.announcements import words
from realtime.models import Notification
from tests import cast
from tests.payments.books import all_mature, buy, prove, stall
from tests.payments.conftest import Buy
from tests.races.parallel import together
from tests.sandbox_server import Sandbox
from tutorme.core.errors import NotAllowed
from tutorme.core.models import AuditEntry

pytestmark = pytest.mark.django_db
LETTER = "A letter of a bank"
Act = Callable[..., str]


@pytest.fixture
def second(db: None) -> User:
    return cast.person("Second", is_staff=True, is_superuser=True)


@pytest.fixture
def order(sam: User, tess: User) -> Order:
    """Paid, and no provider knows of it."""
    return buy(sam, stall.put(tess))


@pytest.fixture
def act(ada: User) -> Act:
    """Ada chooses a row of a list and runs an action on it; what the next page says."""

    def run(model: type[Model], action: str, row: Any, **fields: str) -> str:
        client = Client()
        client.force_login(ada)
        cast.confirmed(client)
        path = reverse(f"admin:payments_{model._meta.model_name}_changelist")
        form = {"action": action, "_selected_action": [str(row.pk)], **fields}
        answer = client.post(path, form, follow=True)
        assert answer.status_code == 200
        return answer.text

    return run


def marked(order: Order, actor: User) -> Dispute:
    row = marked_disputes.mark(order_id=order.pk, actor=actor, reason=LETTER)
    order.refresh_from_db()
    return row


def held_for(order: Order) -> str:
    return str(order.earnings.get().held_for)


def test_marking_makes_a_complaint_and_holds_what_was_earned(
    act: Act, order: Order, ada: User, second: User, drain
) -> None:
    act(Order, "mark_disputed", order)
    assert not Dispute.objects.exists(), "not without a reason"
    assert order.total.localized() in act(Order, "mark_disputed", order, reason=LETTER, asked="1")
    row = Dispute.objects.get()
    order.refresh_from_db()
    assert (row.order, row.state, row.opened_by, row.note) == (order, "open", ada, LETTER)
    assert (order.state, row.amount) == ("disputed", order.total)
    assert LETTER in held_for(order)
    assert [step.to_state for step in order.transitions.order_by("pk")][-1] == "disputed"
    noted = AuditEntry.objects.get(action="payment.disputed")
    assert (noted.actor, noted.target_id, noted.reason) == (ada, str(order.pk), LETTER)
    all_mature()
    assert earnings.mature() == 0
    assert "disputed already" in act(Order, "mark_disputed", order, reason="Again", asked="1")
    assert Dispute.objects.count() == 1
    client = Client()
    client.force_login(ada)
    tile = client.get(reverse("admin:index")).text
    assert reverse("admin:payments_dispute_changelist") + "?state__exact=open" in tile
    assert LETTER in client.get(reverse("admin:payments_dispute_change", args=[row.pk])).text


def test_who_may_decide_is_told_and_not_to_answer_at_paypal(
    order: Order, ada: User, second: User, drain
) -> None:
    marked(order, ada)
    drain()
    told = Notification.objects.get(kind="payment-marked")
    assert told.user == second
    assert LETTER in words(told.kind, told.facts, "en").body
    assert not Notification.objects.filter(kind="payment-disputed").exists()


def test_decided_for_its_seller_everything_goes_on(act: Act, order: Order, ada: User) -> None:
    row = marked(order, ada)
    assert "won" in act(Dispute, "let_stand", row, reason="The bank took it back", asked="1")
    row.refresh_from_db()
    order.refresh_from_db()
    assert (row.state, row.resolved_at is not None, order.state) == ("won", True, "captured")
    assert held_for(order) == ""
    noted = AuditEntry.objects.get(action="payment.dispute_won")
    assert (noted.actor, noted.reason) == (ada, "The bank took it back")
    all_mature()
    assert earnings.mature() == 1
    prove()


def test_decided_for_its_payer_all_that_is_left_goes_back(
    act: Act, placed: Buy, sandbox: Sandbox, ada: User
) -> None:
    order = orders.settle(placed("approve").pk)
    part = order.total.share(100)
    refunds.refund(order=order, amount=part, note="a part", actor=ada)
    row = marked(order, ada)
    assert row.amount == order.total - part
    form = {"reason": "It was not his card", "asked": "1", "counted": "1"}
    page = act(Dispute, "give_way", row, **form)
    back = Refund.objects.get(note="It was not his card")
    order.refresh_from_db()
    row.refresh_from_db()
    assert (row.state, back.amount, back.requested_by) == ("lost", row.amount, ada)
    assert (back.state, order.state) == ("completed", "refunded")
    assert row.amount.localized() in page
    prove()


def test_above_the_limit_another_decides_and_until_then_nothing_is_paid_out(
    order: Order, ada: User, second: User, settings, drain
) -> None:
    settings.REFUND_LIMIT_MINOR = 100
    row = marked(order, ada)
    back = marked_disputes.give_way(dispute_id=row.pk, actor=ada, reason="Not his card")
    order.refresh_from_db()
    assert (back.state, order.state) == ("proposed", "captured")
    drain()
    assert Notification.objects.get(kind="refund-proposed").user == second
    assert held_for(order) == "Not his card"
    refunds.reject(refund_id=back.pk, actor=second, reason="It was")
    all_mature()
    assert earnings.mature() == 0, "a person lets it go"
    assert earnings.lift_by_hand(order_id=order.pk, actor=second, reason="It was") == 1


def test_once_all_went_back_nothing_is_held(order: Order, ada: User) -> None:
    earnings.hold_by_hand(order_id=order.pk, actor=ada, reason="A copied course")
    refunds.refund(order=order, amount=None, note="x", actor=ada, as_credit=True)
    order.refresh_from_db()
    assert (order.state, held_for(order)) == ("refunded", "")


def test_what_a_person_holds_a_part_that_goes_back_does_not_let_go(order: Order, ada: User) -> None:
    earnings.hold_by_hand(order_id=order.pk, actor=ada, reason="A copied course")
    refunds.refund(order=order, amount=order.total.share(100), note="x", actor=ada, as_credit=True)
    order.refresh_from_db()
    assert order.state == "partially_refunded"
    assert held_for(order) == "A copied course"


def test_what_is_not_paid_or_all_gone_is_not_marked(order: Order, ada: User) -> None:
    refunds.refund(order=order, amount=None, note="x", actor=ada, as_credit=True)
    with pytest.raises(NotAllowed):
        marked(order, ada)


def test_paypals_own_are_decided_at_paypal_and_none_twice(
    act: Act, order: Order, ada: User
) -> None:
    own = Dispute.objects.create(
        provider_dispute_id="PP-D-1", order=order, status="OPEN", amount_minor=1, currency="EUR"
    )
    for decide in (marked_disputes.let_stand, marked_disputes.give_way):
        with pytest.raises(NotAllowed):
            decide(dispute_id=own.pk, actor=ada, reason="x")
    own.delete()
    row = marked(order, ada)
    assert "PayPal knows nothing of it" in act(Dispute, "follow", row)
    marked_disputes.let_stand(dispute_id=row.pk, actor=ada, reason="x")
    with pytest.raises(NotAllowed):
        marked_disputes.give_way(dispute_id=row.pk, actor=ada, reason="x")


def test_a_complaint_is_paypals_or_somebodys(order: Order, ada: User) -> None:
    facts = {"order": order, "status": "", "amount_minor": 1, "currency": "EUR"}
    for origin in ({}, {"provider_dispute_id": "PP-D-1", "opened_by": ada}):
        with (
            pytest.raises(IntegrityError, match="dispute_of_one_origin"),
            transaction.atomic(),
        ):
            Dispute.objects.create(**facts, **origin)
    Dispute.objects.create(**facts, opened_by=ada)


@pytest.mark.django_db(transaction=True)
def test_of_many_who_mark_at_once_one_does(order: Order, ada: User, second: User) -> None:
    mark = partial(marked_disputes.mark, order_id=order.pk, reason=LETTER)
    results = together([partial(mark, actor=who) for who in (ada, second) * 2])
    assert sum(isinstance(each, NotAllowed) for each in results) == 3, results
    assert Dispute.objects.count() == 1
