"""What arrives from outside, and what payments sells itself: credit and packages. Importing
a reader registers it."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _

from accounts import session_facts
from accounts.events import DeletionDue
from payments import queries
from payments.models import CreditPack, Order, PackageOffer
from payments.sellers import Quote, Terms, refunds, sells
from payments.services import (
    credits,
    disputes,
    order_messages,
    packages,
    sending,
    subscription_messages,
    webhooks,
)
from payments.services.settlement import CREDIT, PACKAGE
from tutorme.core import inbox, jobs, outbox
from tutorme.core.errors import NotFound

READERS = (order_messages, subscription_messages, disputes, sending)
inbox.processes("paypal")(webhooks.apply)
session_facts.fact("entitlements")(queries.entitlements)


@outbox.handles(DeletionDue)
def end_subscriptions(event: DeletionDue) -> None:
    user_id = str(event.user_id)
    key = f"payments.end_subscriptions:{event.deletion_id}"
    jobs.enqueue("payments.end_subscriptions", key=key, args={"user_id": user_id})


@outbox.handles(DeletionDue)
def end_packages(event: DeletionDue) -> None:
    """Nobody is left who could give what is not used."""
    user_id = str(event.user_id)
    key = f"payments.end_packages:{event.deletion_id}"
    jobs.enqueue("payments.end_packages", key=key, args={"user_id": user_id})


@sells(CREDIT)
def quote_credit(target_id: UUID, _buyer: Any) -> Quote:
    pack = CreditPack.objects.filter(pk=target_id, is_offered=True).first()
    if pack is None:
        raise NotFound
    return Quote(
        description=_("Credit of %(amount)s") % {"amount": pack.amount.localized()},
        price=pack.price,
        payee_id=None,
        url=reverse("payments-credit"),
        # Taxed when it is spent, on what it is spent on.
        taxed=False,
    )


@sells(PACKAGE)
def quote_package(target_id: UUID, _buyer: Any) -> Quote:
    offer = PackageOffer.objects.filter(pk=target_id, is_offered=True).first()
    if offer is None:
        raise NotFound
    return Quote(
        description=offer.title,
        price=offer.price,
        payee_id=offer.seller_id,
        url=reverse("payments-packages"),
        in_escrow=True,
        units=offer.units,
    )


@refunds(CREDIT)
def credit_terms(order: Order, now: datetime) -> Terms:
    return credits.terms(order, now)


@refunds(PACKAGE)
def package_terms(order: Order, now: datetime) -> Terms:
    return packages.terms(order, now)
