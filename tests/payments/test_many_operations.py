"""Ten thousand random operations on the books: after them all, nothing was made or lost."""

import random
from collections import Counter
from collections.abc import Callable

import pytest
from django.db import connection, transaction
from django.db.models import Sum

from payments.errors import NotRefundable, RefundTooLarge
from payments.models import LedgerAccount, LedgerEntry, Order
from payments.services import credits, earnings, refunds, transitions
from tests import cast
from tests.payments.books import all_mature, buy, prove, stall
from tutorme.core.money import Money

pytestmark = [pytest.mark.slow, pytest.mark.django_db]
MANY = 10_000
# How often each is chosen, of a hundred.
OFTEN = {"sell": 3, "gift": 4, "refund": 12, "release": 30, "hold": 25, "lift": 24, "mature": 2}


class Books:
    def __init__(self, chance: random.Random) -> None:
        self.chance = chance
        self.sam, self.ada = cast.person("Sam"), cast.person("Ada", is_staff=True)
        self.sellers = [cast.tutor(f"Tess{number}") for number in range(3)]
        self.orders: list[Order] = []
        self.gifts = 0

    def any_order(self) -> Order:
        return self.chance.choice(self.orders) if self.orders else self.sell()

    def sell(self) -> Order:
        amount = Money(self.chance.randint(1, 20_000), "EUR").amount
        units, escrow = self.chance.randint(1, 5), self.chance.random() < 0.7
        target = stall.put(self.chance.choice(self.sellers), amount, in_escrow=escrow, units=units)
        order = buy(
            self.sam,
            target,
            fee=self.chance.randint(0, 90),
            with_credit=self.chance.random() < 0.3,
        )
        self.orders.append(order)
        return order

    def gift(self) -> None:
        self.gifts += 1
        amount = Money(self.chance.randint(1, 900), "EUR")
        credits.grant(
            owner=self.sam, amount=amount, reason="x", actor=self.ada, key=str(self.gifts)
        )

    def refund(self) -> None:
        """Of the order as it stands, of any size: what is too much is refused."""
        order = self.any_order()
        wanted = Money(self.chance.randint(1, 4_000), "EUR")
        try:
            with transaction.atomic():
                locked = transitions.locked(order.pk)
                as_credit = self.chance.random() < 0.5
                row = refunds.intend(
                    locked, wanted, note="", actor_id=self.ada.pk, as_credit=as_credit
                )
                refunds._complete(locked, row)
        except (NotRefundable, RefundTooLarge):
            return

    def release(self) -> None:
        earnings.release(self.any_order().pk)

    def hold(self) -> None:
        earnings.hold(self.any_order().pk, reason="x")

    def lift(self) -> None:
        earnings.lift(self.any_order().pk)

    def mature(self) -> None:
        all_mature()
        earnings.mature()


def test_ten_thousand_random_operations_sum_to_nothing() -> None:
    chance = random.Random(20261121)
    books = Books(chance)
    names = chance.choices(list(OFTEN), weights=list(OFTEN.values()), k=MANY)
    for name in names:
        act: Callable[[], object] = getattr(books, name)
        act()
    # The suite's server never looks at its tables by itself, and plans for ten rows what is for
    # thirty thousand.
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    assert sum(Counter(names).values()) == MANY
    assert LedgerEntry.objects.aggregate(total=Sum("amount_minor"))["total"] == 0
    assert LedgerAccount.objects.aggregate(total=Sum("balance_minor"))["total"] == 0
    prove()
