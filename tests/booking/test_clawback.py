"""A lesson that went well, was paid out, and went back all the same: its tutor's debt alone."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from accounts.models import User
from booking.models import Booking, LessonType
from booking.services import disputes, offers, outcomes, presence
from payments.models import Earning, Order
from payments.services import earnings, payouts, refunds, sending
from sandbox.paypal.webhooks import outgoing
from tests.booking.conftest import held, hour, open_diary
from tests.booking.test_paying import paid
from tests.payments.books import all_mature, prove, sum_of
from tests.payments.test_any_order import hand_over
from tests.sandbox_server import Sandbox
from tutorme.core.money import Money

pytestmark = pytest.mark.django_db
Given = Callable[..., Booking]


@pytest.fixture
def given(sam: User, ada: User, sandbox: Sandbox, drain, settings) -> Given:
    """`given(kind, day)` is a lesson of 30 EUR that Sam paid through PayPal, that was held, and
    whose 24 EUR are available."""
    settings.PAYOUT_MINIMUM_MINOR = 1000

    def give(kind: LessonType, days: int = 3) -> Booking:
        row = held(sam, kind, hour(days, 10))
        paid(sandbox, drain, row)
        for person in (row.student, row.tutor):
            presence.record(booking_id=row.pk, user_id=person.pk, at=row.starts_at)
        outcomes.judge_due(now=row.ends_at + timedelta(hours=1))
        drain()
        all_mature()
        earnings.mature()
        payouts.set_method(user=row.tutor, email=f"{row.tutor.username}@paypal.test")
        row.refresh_from_db()
        assert row.state == Booking.State.COMPLETED
        return row

    return give


@pytest.fixture
def gone(given: Given, lesson: LessonType, ada: User) -> Booking:
    """The first of them, paid out."""
    row = given(lesson)
    batch = payouts.request(user=row.tutor, currency="EUR")
    payouts.approve(batch_id=batch.pk, actor=ada)
    sending.submit(batch.pk)
    for _ in range(2):
        sending.follow(batch.pk)
    assert (sum_of("tutor_available", row.tutor), sum_of("paid_out")) == (0, 2400)
    return row


def order_of(row: Booking) -> Order:
    assert row.order_id
    return Order.objects.get(pk=row.order_id)


def hear_of_all() -> None:
    for sent in reversed(outgoing.newest_first()):
        hand_over(sent)


def owed() -> dict[object, int]:
    return {row.payee_id: row.amount.minor for row in payouts.owed()}


def test_given_back_by_an_admin(
    gone: Booking, given: Given, lesson: LessonType, tess: User, orla: User, ada: User, drain
) -> None:
    open_diary(orla)
    theirs = offers.offer(tutor_id=orla.pk, title="Hour", minutes=60, price=Money(3000, "EUR"))
    given(theirs, 5)
    order = order_of(gone)
    refunds.refund(order=order, amount=order.total, note="sorry", actor=ada)
    drain()
    assert sum_of("tutor_available", tess) == -2400
    assert (sum_of("tutor_available", orla), owed()) == (2400, {orla.pk: 2400})
    given(lesson, 4)
    assert owed() == {orla.pk: 2400}
    given(lesson, 6)
    assert owed() == {orla.pk: 2400, tess.pk: 2400}
    prove()


@pytest.mark.parametrize(("percent", "debt"), [(100, -2400), (50, -1200), (0, 0)])
def test_disputed_here(
    gone: Booking, tess: User, sam: User, ada: User, drain, percent: int, debt: int
) -> None:
    case = disputes.open_case(booking_id=gone.pk, by=sam, reason="cut_short", now=gone.ends_at)
    assert (sum_of("tutor_available", tess), sum_of("tutor_pending", tess)) == (-2400, 2400)
    all_mature()
    assert earnings.mature() == 0
    disputes.decide(dispute_id=case.pk, actor=ada, percent=percent, text="So be it.")
    drain()
    drain()
    all_mature()
    earnings.mature()
    assert (sum_of("tutor_available", tess), sum_of("tutor_pending", tess)) == (debt, 0)
    assert order_of(gone).refunded_minor == 30 * percent
    prove()


@pytest.mark.parametrize("outcome", ["RESOLVED_SELLER_FAVOUR", "RESOLVED_BUYER_FAVOUR"])
def test_disputed_at_paypal(
    gone: Booking, tess: User, sandbox: Sandbox, drain, outcome: str
) -> None:
    path = f"{sandbox.url}/paypal/_dispute"
    opened = sandbox.http.post(f"{path}/{order_of(gone).provider_capture_id}").json()
    hear_of_all()
    assert (order_of(gone).state, sum_of("tutor_available", tess)) == ("disputed", -2400)
    end = {"status": "RESOLVED", "outcome": outcome}
    sandbox.http.post(f"{path}/{opened['dispute_id']}", json=end).raise_for_status()
    hear_of_all()
    drain()
    all_mature()
    earnings.mature()
    won = outcome == "RESOLVED_SELLER_FAVOUR"
    assert sum_of("tutor_available", tess) == (0 if won else -2400)
    held_back = Earning.objects.exclude(held_at=None).exists()
    assert (order_of(gone).state, held_back) == (("captured", False) if won else ("reversed", True))
    prove()
