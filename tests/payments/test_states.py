"""Every pair of states: either a step of the table, or refused with nothing changed."""

import itertools

import pytest

from accounts.models import User
from payments.gateways.base import ProviderCapture, ProviderOrder
from payments.models import OPEN_STATES, PAID_STATES, UNPAID_STATES, Order, OrderTransition
from payments.services import transitions
from tests.payments.conftest import bare_order

State = Order.State
PAIRS = [pair for pair in itertools.product(State, State) if pair[0] != pair[1]]
FORWARD = """
created approved, created capture_pending, created captured, created declined, created expired,
created cancelled, created review,
approved capturing, approved capture_pending, approved captured, approved declined,
approved expired, approved cancelled, approved review,
capturing created, capturing capture_pending, capturing captured, capturing declined,
capturing cancelled, capturing review,
capture_pending captured, capture_pending declined, capture_pending cancelled,
capture_pending review,
created voided, approved voided, capturing voided, capture_pending voided,
captured partially_refunded, captured refunded, captured disputed, captured reversed,
partially_refunded refunded, partially_refunded disputed, partially_refunded reversed,
disputed captured, disputed partially_refunded, disputed refunded, disputed reversed,
refunded reversed, reversed captured, reversed partially_refunded, reversed disputed,
declined review, expired review, cancelled review, voided review, review captured
"""
ALLOWED = {tuple(pair.split()) for pair in FORWARD.split(",")}


@pytest.mark.django_db
@pytest.mark.parametrize(("start", "end"), PAIRS)
def test_steps(sam: User, start: Order.State, end: Order.State) -> None:
    order = bare_order(sam, state=start)
    if (start, end) in ALLOWED:
        transitions.move(order, end, "because")
    else:
        with pytest.raises(transitions.ImpossibleStep):
            transitions.move(order, end)
    order.refresh_from_db()
    moved = (start, end) in ALLOWED
    assert order.state == (end if moved else start)
    assert OrderTransition.objects.count() == moved


def test_every_state_is_open_paid_unpaid_or_under_review() -> None:
    known = [*OPEN_STATES, *PAID_STATES, *UNPAID_STATES, "review"]
    assert sorted(known) == sorted(State)


def test_an_order_once_paid_never_counts_as_unpaid_again() -> None:
    for state in map(State, PAID_STATES):
        assert transitions.STEPS[state] <= set(map(State, PAID_STATES))


def heard(order: Order, status: str) -> None:
    capture = ProviderCapture("CAP1", status, order.amount, None, str(order.pk))
    truth = ProviderOrder("ORDER1", "COMPLETED", str(order.pk), order.amount, captures=(capture,))
    transitions.apply_truth(transitions.locked(order.pk), truth)


@pytest.mark.django_db
@pytest.mark.parametrize("state", [*PAID_STATES, State.REVIEW])
@pytest.mark.parametrize("status", ["COMPLETED", "PENDING", "DECLINED"])
def test_a_capture_moves_no_order_that_is_not_open(sam: User, state: str, status: str) -> None:
    """Heard late, by whose turn ran out: what came of the money since then stands."""
    order = bare_order(sam, state=state)
    heard(order, status)
    order.refresh_from_db()
    assert (order.state, order.captured_at, order.provider_capture_id) == (state, None, None)
    assert not OrderTransition.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize("state", UNPAID_STATES)
def test_a_refused_capture_is_no_news_to_an_order_that_ended(sam: User, state: str) -> None:
    order = bare_order(sam, state=state)
    heard(order, "DECLINED")
    order.refresh_from_db()
    assert order.state == state


@pytest.mark.django_db
def test_control_an_open_order_hears_it(sam: User) -> None:
    order = bare_order(sam, state="approved")
    heard(order, "COMPLETED")
    order.refresh_from_db()
    assert (order.state, order.provider_capture_id) == ("captured", "CAP1")
