"""Buying and selling for the books' tests, without a provider where none is needed."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from django.conf import settings
from django.db import connection, transaction
from django.test import override_settings

from accounts.models import User
from payments import sellers
from payments.gateways.base import ProviderCapture
from payments.models import Earning, LedgerAccount, LedgerEntry, LedgerTransaction, Order
from payments.sellers import Quote, Terms
from payments.services import ledger, ledger_check, placing, transitions
from tutorme.core.money import Money


class Stall:
    """Sells whatever a test lays out: one price, one seller, one set of terms."""

    def __init__(self) -> None:
        self.goods: dict[UUID, dict[str, Any]] = {}

    def put(self, payee: User | None, amount: str = "100.00", **facts: Any) -> UUID:
        target_id = uuid4()
        self.goods[target_id] = {
            "description": "A thing of worth",
            "price": Money.parse(amount, facts.pop("currency", "EUR")),
            "payee_id": payee.pk if payee else None,
            "url": "/probe/",
            **facts,
        }
        return target_id

    def quote(self, target_id: UUID, _buyer: User) -> Quote:
        facts = {k: v for k, v in self.goods[target_id].items() if k != "back"}
        return Quote(**facts)

    def terms(self, order: Order, now: datetime) -> Terms:
        part = self.goods[order.target_id].get("back", 1000)
        return Terms(order.total.share(part).minor, now + timedelta(days=1), "Until tomorrow.")


stall = Stall()
sellers.sells("stall")(stall.quote)
sellers.refunds("stall")(stall.terms)


def buy(buyer: User, target_id: UUID, *, kind: str = "stall", fee: int = 0, **how: Any) -> Order:
    """Placed and paid; the provider's part is the capture's facts alone."""
    with paypal_there():
        return bought(buyer, target_id, kind=kind, fee=fee, **how)


def bought(buyer: User, target_id: UUID, *, kind: str = "stall", fee: int = 0, **how: Any) -> Order:
    order = opened(buyer, target_id, kind=kind, **how)
    if order.state == "created":
        pay(order, fee=fee)
    order.refresh_from_db()
    return order


def place(buyer: User, target_id: UUID, *, kind: str = "stall", **how: Any) -> Order:
    """The row, before any provider hears of it."""
    with paypal_there():
        return opened(buyer, target_id, kind=kind, **how)


def paypal_there() -> override_settings:
    return override_settings(PAYPAL={**settings.PAYPAL, "client_id": "x", "client_secret": "x"})


def opened(buyer: User, target_id: UUID, *, kind: str = "stall", **how: Any) -> Order:
    """As `place` where PayPal is there: settings are all threads', and overridden around them."""
    return placing.open_order(
        buyer=buyer,
        kind=kind,
        target_id=target_id,
        coupon_code=how.get("coupon_code", ""),
        with_credit=how.get("with_credit", False),
    )


def pay(order: Order, *, fee: int = 0) -> None:
    money = Money(fee, order.currency) if fee else None
    capture = ProviderCapture(f"CAP{order.pk}", "COMPLETED", order.amount, money, str(order.pk))
    with transaction.atomic():
        transitions.complete(transitions.locked(order.pk), capture)


def sum_of(kind: str, owner: User | None = None, currency: str = "EUR") -> int:
    return ledger.balance(LedgerAccount.Kind(kind), owner.pk if owner else None, currency).minor


def prove() -> None:
    """The whole check, sealed and clean."""
    while ledger.seal():
        pass
    report = ledger_check.check()
    assert report.problems == []


def all_mature() -> None:
    Earning.objects.update(available_at=datetime(2020, 1, 1).astimezone())


class Tampering:
    """Somebody at the database's own keyboard: triggers off, whatever they like, triggers on."""

    def __enter__(self) -> None:
        self._switch("DISABLE")

    def __exit__(self, *_error: object) -> None:
        self._switch("ENABLE")

    def _switch(self, how: str) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            for model in (LedgerTransaction, LedgerEntry):
                cursor.execute(f"ALTER TABLE {model._meta.db_table} {how} TRIGGER USER")
            cursor.execute("SET CONSTRAINTS ALL DEFERRED")
