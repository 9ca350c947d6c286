"""A seller of lessons about nothing, so that payments is tested without knowing courses."""

from collections.abc import Callable
from uuid import UUID, uuid4

import pytest

from accounts.models import User
from payments import sellers
from payments.events import PaymentCaptured
from payments.models import Order
from payments.sellers import Quote
from payments.services import orders
from tests.sandbox_server import Sandbox
from tutorme.core import outbox
from tutorme.core.errors import Conflict, NotFound
from tutorme.core.money import Money

Buy = Callable[..., Order]


class AlreadySold(Conflict):
    code = "already-sold"


class Shop:
    """Prices by target; a target nobody put on the shelf does not exist. `sold` is what the shop
    heard of, as (buyer, target); nobody buys a thing twice."""

    def __init__(self) -> None:
        self.shelf: dict[UUID, Money] = {}
        self.sold: list[tuple[UUID, UUID]] = []

    def put(self, amount: str, currency: str = "EUR") -> UUID:
        target_id = uuid4()
        self.shelf[target_id] = Money.parse(amount, currency)
        return target_id

    def quote(self, target_id: UUID, buyer: User) -> Quote:
        if target_id not in self.shelf:
            raise NotFound
        if (buyer.pk, target_id) in self.sold:
            raise AlreadySold
        return Quote("A probing lesson", self.shelf[target_id], None, "/probe/")


_shop = Shop()
sellers.sells("probe")(lambda target_id, buyer: _shop.quote(target_id, buyer))


@outbox.handles(PaymentCaptured)
def hear(event: PaymentCaptured) -> None:
    _shop.sold.append((event.buyer_id, event.target_id))


def bare_order(buyer: User, **facts: object) -> Order:
    """A row by itself, unknown to any provider."""
    given = {
        "kind": "probe",
        "target_id": uuid4(),
        "description": "A lesson",
        "amount_minor": 2900,
        "currency": "EUR",
        **facts,
    }
    return Order.objects.create(buyer=buyer, **given)


@pytest.fixture
def shop() -> Shop:
    _shop.shelf.clear()
    _shop.sold.clear()
    return _shop


@pytest.fixture
def placed(shop: Shop, sandbox: Sandbox, sam: User) -> Buy:
    """`placed()` is Sam's order of 29 EUR; `placed("approve")` is one he approved at PayPal."""

    def place(choice: str = "", amount: str = "29.00", currency: str = "EUR") -> Order:
        order = orders.place_order(buyer=sam, kind="probe", target_id=shop.put(amount, currency))
        if choice:
            sandbox.approve(order.approve_url, choice)
        return order

    return place
