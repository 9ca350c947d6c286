"""A seller of lessons about nothing, so that payments is tested without knowing courses."""

from collections.abc import Callable
from uuid import UUID, uuid4

import pytest

from accounts.models import User
from payments import sellers
from payments.models import Order
from payments.sellers import Quote
from payments.services import orders
from tests.sandbox_server import Sandbox
from tutorme.core.errors import NotFound
from tutorme.core.money import Money

Buy = Callable[..., Order]


class Shop:
    """Prices by target; a target nobody put on the shelf does not exist."""

    def __init__(self) -> None:
        self.shelf: dict[UUID, Money] = {}

    def put(self, amount: str, currency: str = "EUR") -> UUID:
        target_id = uuid4()
        self.shelf[target_id] = Money.parse(amount, currency)
        return target_id

    def quote(self, target_id: UUID, buyer: User) -> Quote:
        if target_id not in self.shelf:
            raise NotFound
        return Quote("A probing lesson", self.shelf[target_id], None, "/probe/")


_shop = Shop()
sellers.sells("probe")(lambda target_id, buyer: _shop.quote(target_id, buyer))


@pytest.fixture
def shop() -> Shop:
    _shop.shelf.clear()
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
