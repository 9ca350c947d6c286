"""PayPal, its messages, and the people who see what came of them."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from payments.gateways import paypal
from payments.models import Document, LedgerTransaction, Order, PayoutBatch, Subscription
from payments.services import earnings, orders, payouts, sending
from realtime.models import Notification
from sandbox.paypal.webhooks import outgoing
from tests.payments.billing import Subscribe, plus, subscribed  # noqa: F401  fixtures
from tests.payments.books import all_mature, buy, prove, stall
from tests.payments.conftest import Buy
from tests.payments.test_any_order import hand_over
from tests.payments.test_webhooks import deliver
from tests.sandbox_server import Sandbox
from tutorme.core.models import InboxMessage, OutboxEvent


@dataclass
class World:
    """Sam pays, Tess earns, Ada runs the site. Nothing that happens at PayPal is known here before
    its message is heard."""

    sandbox: Sandbox
    drain: Callable[[], None]
    placed: Buy
    subscribed: Subscribe
    sam: User
    tess: User
    ada: User

    def hear(self, kind: str) -> None:
        """The newest of this type comes in, signed, at the webhooks' door, and is worked on."""
        assert deliver(Client(), self.sandbox, kind).status_code == 204
        self.drain()
        assert set(InboxMessage.objects.values_list("state", flat=True)) == {"applied"}

    def hear_again(self, kind: str) -> None:
        for sent in outgoing.newest_first():
            if sent.event_type == kind:
                hand_over(sent)
        self.drain()

    def switch(self, path: str, **body: Any) -> dict[str, Any]:
        """Something happens at the stand-in that PayPal has no call for."""
        answer = self.sandbox.http.post(f"{self.sandbox.url}/paypal/{path}", json=body or None)
        answer.raise_for_status()
        found: dict[str, Any] = answer.json()
        return found

    def page(self, who: User, name: str, *args: object) -> str:
        client = Client()
        client.force_login(who)
        return client.get(reverse(name, args=args)).content.decode()

    def told(self, who: User) -> list[str]:
        return list(Notification.objects.filter(user=who).values_list("kind", flat=True))

    def everything(self) -> tuple[object, ...]:
        """What a repetition must leave as it is."""
        return (
            list(Order.objects.values_list("state", "refunded_minor")),
            list(Subscription.objects.values_list("state", "access_until")),
            list(PayoutBatch.objects.values_list("state", "items__state")),
            LedgerTransaction.objects.count(),
            Document.objects.count(),
            OutboxEvent.objects.exclude(name="payment.approved").count(),
            Notification.objects.count(),
        )

    # Beginnings -----------------------------------------------------------------------------------

    def captured_there(self, choice: str = "vanish") -> Order:
        """Its money was asked for at PayPal, and nobody here knows."""
        order = self.placed(choice)
        paypal.gateway().capture(str(order.provider_order_id), request_id="there")
        order.refresh_from_db()
        assert order.state == "created"
        return order

    def sold(self) -> Order:
        """A thing of Tess's that Sam paid for at PayPal; her share is available."""
        target_id = stall.put(self.tess, "29.00")
        order = orders.place_order(buyer=self.sam, kind="stall", target_id=target_id)
        self.sandbox.approve(order.approve_url)
        order = orders.settle(order.pk)
        assert order.state == "captured"
        return order

    def sent(self, receiver: str = "tess") -> PayoutBatch:
        """80 EUR of Tess's on their way; how they end is not known here."""
        buy(self.sam, stall.put(self.tess))
        all_mature()
        earnings.mature()
        payouts.set_method(user=self.tess, email=f"{receiver}@paypal.test")
        batch = payouts.request(user=self.tess, currency="EUR")
        payouts.approve(batch_id=batch.pk, actor=self.ada)
        sending.submit(batch.pk)
        batch.refresh_from_db()
        assert (batch.state, batch.items.get().state) == ("processing", "queued")
        return batch


@pytest.fixture
def world(
    sandbox: Sandbox,
    drain: Callable[[], None],
    placed: Buy,
    subscribed: Subscribe,  # noqa: F811
    sam: User,
    tess: User,
    ada: User,
    media: object,
) -> World:
    return World(sandbox, drain, placed, subscribed, sam, tess, ada)


Effect = Callable[[World], None]


class Effects(dict[str, Effect]):
    """What each of PayPal's messages does, by its type."""

    def of(self, kind: str) -> Callable[[Effect], Effect]:
        def register(effect: Effect) -> Effect:
            self[kind] = effect
            return effect

        return register


def proved(effects: Effects, kind: str, here: World) -> None:
    """It does what its line says, and heard again it does nothing."""
    effects[kind](here)
    before = here.everything()
    here.hear_again(kind)
    assert here.everything() == before
    prove()
