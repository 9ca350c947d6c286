"""Two words about one lesson at once: whoever comes second is told so, and no lesson goes a way
that does not exist. Without the row's lock and the compare-and-swap each of these pairs does."""

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from itertools import pairwise
from typing import Any

import pytest
from django.db.models import F

from accounts.models import User
from booking import locks
from booking.models import Booking
from booking.querysets import BookingQuerySet
from booking.services import cancelling, changes, holding, moving, offers, schedules
from tests.booking.conftest import held, hour, open_diary
from tests.payments.conftest import bare_order
from tests.races.parallel import together
from tutorme.core.money import Money

pytestmark = pytest.mark.django_db(transaction=True)
State = Booking.State


@dataclass(frozen=True)
class Pair:
    """What two do to a row, and which of them a control lets write first."""

    name: str
    row: Callable[[int], Booking]
    actions: Callable[[Booking], Sequence[Callable[[], Any]]]
    first: State


@pytest.fixture
def pairs(sam: User, tess: User) -> list[Pair]:
    open_diary(tess)
    free, paid = (
        offers.offer(tutor_id=tess.pk, title=f"{cost}", minutes=60, price=Money(cost, "EUR"))
        for cost in (0, 100)
    )

    def confirmed(day: int) -> Booking:
        return held(sam, free, hour(day, 10))

    def asked(day: int) -> Booking:
        schedules.change(tutor_id=tess.pk, changes={"needs_approval": True})
        made = held(sam, free, hour(day, 12))
        schedules.change(tutor_id=tess.pk, changes={"needs_approval": False})
        return made

    def unpaid(day: int) -> Booking:
        return held(sam, paid, hour(day, 14))

    answer = partial(partial, cancelling.answer, tutor=tess)
    return [
        Pair(
            "accepted and declined",
            asked,
            lambda row: [
                answer(booking_id=row.pk, accept=True),
                answer(booking_id=row.pk, accept=False),
            ],
            State.DECLINED,
        ),
        Pair(
            "accepted and run out",
            asked,
            lambda row: [
                answer(booking_id=row.pk, accept=True),
                partial(holding.sweep, now=row.expires_at),
            ],
            State.EXPIRED,
        ),
        Pair(
            "called off by both",
            confirmed,
            lambda row: [
                partial(cancelling.cancel, booking_id=row.pk, by=sam),
                partial(cancelling.cancel, booking_id=row.pk, by=tess),
            ],
            State.CANCELLED_BY_STUDENT,
        ),
        Pair(
            "called off and moved",
            confirmed,
            lambda row: [
                partial(cancelling.cancel, booking_id=row.pk, by=sam),
                partial(
                    moving.reschedule,
                    booking_id=row.pk,
                    by=sam,
                    start=row.starts_at + timedelta(hours=6),
                ),
            ],
            State.CANCELLED_BY_STUDENT,
        ),
        Pair(
            "paid for and run out",
            unpaid,
            lambda row: [
                partial(holding.pay, booking_id=row.pk, order_id=bare_order(sam).pk),
                partial(holding.sweep, now=row.expires_at),
            ],
            State.CONFIRMED,
        ),
    ]


def wrong_ways(row: Booking) -> list[tuple[str, str]]:
    """Steps of its history that do not exist. One that was paid after its time is taken up again;
    only a lesson that stands is moved."""
    states = list(row.changes.values_list("state", flat=True))
    right = {(State.EXPIRED, State.HELD), (State.CONFIRMED, State.CONFIRMED)}
    return [
        step
        for step in pairwise(states)
        if step not in right and step[1] not in changes.LEADS_TO.get(step[0], frozenset())
    ]


def test_one_word_counts(pairs: list[Pair]) -> None:
    for number, pair in enumerate(pairs * 2):
        row = pair.row(3 + number)
        results = together(pair.actions(row))
        row.refresh_from_db()
        versions = list(row.changes.values_list("version", flat=True))
        assert wrong_ways(row) == [], (pair.name, results)
        assert versions == list(range(1, row.version + 1)), (pair.name, results)
        if pair.name.startswith("paid"):
            assert row.state == State.CONFIRMED, results


def test_control_without_lock_and_swap_both_count(pairs: list[Pair], monkeypatch) -> None:
    for number, pair in enumerate(pairs):
        row = pair.row(3 + number)
        with monkeypatch.context() as guards:
            guards.setattr(locks, "hold", lambda people: None)
            guards.setattr(BookingQuerySet, "select_for_update", lambda self, **_: self)
            guards.setattr(changes, "_swap", both_having_looked(pair.first))
            results = together(pair.actions(row))
        assert wrong_ways(row) != [], (pair.name, results)


def both_having_looked(first: State) -> Callable[..., Booking]:
    """Writes without comparing, once both have read what they go by."""
    looked = threading.Barrier(2)

    def swap(booking: Booking, facts: dict[str, Any], **why: Any) -> Booking:
        looked.wait(timeout=30)
        if facts.get("state") != first:
            time.sleep(0.3)
        Booking.objects.filter(pk=booking.pk).update(version=F("version") + 1, **facts)
        booking.refresh_from_db()
        changes.write(booking, **why)
        return booking

    return swap
