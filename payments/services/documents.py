"""Receipts and credit notes: numbered without gaps, fixed when issued, printed once.

The number is given in a short transaction of its own, long after the sale, so that no sale waits
for another's number.
"""

import hashlib
from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models.functions import Now
from django.utils import timezone

from payments.errors import DocumentNotReady
from payments.models import (
    BillingDetails,
    Document,
    DocumentSeries,
    Order,
    Refund,
    SubscriptionPeriod,
    SubscriptionRefund,
)
from payments.services import pricing
from tutorme.core import jobs
from tutorme.core.files import blobs

Kind = Document.Kind
PRINT = "payments.print_document"
PRINT_PERIOD = "payments.print_period_document"
_BILLED = ("name", "address", "country", "tax_number")


def ask_for_receipt(order: Order) -> None:
    """In the transaction of the sale; over nothing there is no receipt."""
    if order.total:
        args = {"order_id": str(order.pk)}
        jobs.enqueue(PRINT, key=f"receipt:{order.pk}", args=args)


def ask_for_credit_note(refund: Refund) -> None:
    args = {"order_id": str(refund.order_id), "refund_id": str(refund.pk)}
    jobs.enqueue(PRINT, key=f"credit-note:{refund.pk}", args=args)


def ask_for_period_receipt(period: SubscriptionPeriod) -> None:
    """In the transaction in which the payment is posted."""
    args = {"period_id": str(period.pk)}
    jobs.enqueue(PRINT_PERIOD, key=f"period-receipt:{period.pk}", args=args)


def ask_for_period_credit_note(refund: SubscriptionRefund) -> None:
    """In the transaction in which the refund becomes a fact."""
    args = {"period_id": str(refund.period_id), "refund_id": str(refund.pk)}
    jobs.enqueue(PRINT_PERIOD, key=f"period-credit-note:{refund.pk}", args=args)


@transaction.atomic
def issue(order_id: UUID, refund_id: UUID | None = None) -> Document:
    """The paper of an order, numbered on its first call and the same ever after."""
    # A refund's paper names the receipt it takes from, so that one comes first.
    receipt = issue(order_id) if refund_id else None
    about = {"order_id": order_id, "refund_id": refund_id}
    return _numbered(about, receipt, lambda: _order_facts(order_id, refund_id))


@transaction.atomic
def issue_for_period(period_id: UUID, refund_id: UUID | None = None) -> Document:
    """The paper of one payment of a subscription; otherwise as with orders."""
    receipt = issue_for_period(period_id) if refund_id else None
    about = {"period_id": period_id, "period_refund_id": refund_id}
    return _numbered(about, receipt, lambda: _period_facts(period_id, refund_id))


def _numbered(
    about: dict[str, UUID | None], receipt: Document | None, facts: Callable[[], dict[str, Any]]
) -> Document:
    kind = Kind.CREDIT_NOTE if receipt else Kind.RECEIPT
    year = timezone.now().year
    series = _series(kind, year)
    known = Document.objects.filter(kind=kind, **about).first()
    if known:
        return known
    series.last += 1
    series.save(update_fields=["last"])
    given = facts()
    if receipt:
        back = given["refund"]
        given["tax_per_mille"] = receipt.facts["tax_per_mille"]
        back |= {"receipt": receipt.label, "tax_minor": _tax_back(receipt, back["minor"])}
    return Document.objects.create(kind=kind, year=year, number=series.last, facts=given, **about)


def _tax_back(receipt: Document, minor: int) -> int:
    """This note's part of the receipt's tax: of all that went back so far less what earlier notes
    said, so that the last one leaves nothing by rounding. One note of a receipt at a time."""
    receipt = Document.objects.select_for_update().get(pk=receipt.pk)
    told = receipt.facts
    whole, paid = told["tax_minor"], told["money_minor"] + told["credit_minor"]
    sold = receipt.order or receipt.period
    assert sold is not None
    notes = sold.documents.filter(kind=Kind.CREDIT_NOTE)
    before = sum(facts["refund"]["minor"] for facts in notes.values_list("facts", flat=True))
    upto = [min(gone, paid) for gone in (before, before + minor)]
    return int(whole * upto[1] // paid - whole * upto[0] // paid)


def _series(kind: str, year: int) -> DocumentSeries:
    """Locked: whoever numbers next waits for this number to be used."""
    DocumentSeries.objects.bulk_create(
        [DocumentSeries(kind=kind, year=year)], ignore_conflicts=True
    )
    return DocumentSeries.objects.select_for_update().get(kind=kind, year=year)


def _order_facts(order_id: UUID, refund_id: UUID | None) -> dict[str, Any]:
    order = Order.objects.select_related("buyer").get(pk=order_id)
    facts: dict[str, Any] = {
        **_parties(order.buyer),
        "order": str(order.pk),
        "description": order.description,
        "currency": order.currency,
        "price_minor": order.price.minor,
        "discount_minor": order.discount_minor,
        "credit_minor": order.credit_minor,
        "money_minor": order.amount_minor,
        **_tax(order.tax_minor),
        "paid_at": order.captured_at.isoformat() if order.captured_at else "",
        "capture": order.provider_capture_id or "",
    }
    if refund_id:
        refund = Refund.objects.get(pk=refund_id)
        facts["refund"] = {
            "minor": refund.amount_minor,
            "credit_minor": refund.credit_minor,
        }
    return facts


def _period_facts(period_id: UUID, refund_id: UUID | None) -> dict[str, Any]:
    rows = SubscriptionPeriod.objects.select_related("subscription__user", "version__plan")
    period = rows.get(pk=period_id)
    facts: dict[str, Any] = {
        **_parties(period.subscription.user),
        "subscription": str(period.subscription_id),
        "description": period.version.plan.name,
        "from": period.starts_at.isoformat(),
        "until": period.ends_at.isoformat(),
        "currency": period.currency,
        "price_minor": period.amount_minor,
        "discount_minor": 0,
        "credit_minor": 0,
        "money_minor": period.amount_minor,
        **_tax(pricing.contained(period.amount).minor),
        "paid_at": period.paid_at.isoformat(),
        "capture": period.sale_id,
    }
    if refund_id:
        refund = SubscriptionRefund.objects.get(pk=refund_id)
        facts["refund"] = {
            "minor": refund.amount_minor,
            "credit_minor": refund.amount_minor if refund.as_credit else 0,
        }
    return facts


def _parties(buyer: Any) -> dict[str, Any]:
    details = BillingDetails.objects.filter(user_id=buyer.pk).values(*_BILLED).first() or {}
    name = details.get("name") or buyer.display_name
    billed = {**{key: details.get(key, "") for key in _BILLED}, "name": name}
    return {"seller": dict(settings.BUSINESS), "buyer": billed, "locale": buyer.locale}


def _tax(minor: int) -> dict[str, int]:
    return {"tax_minor": minor, "tax_per_mille": settings.TAX_PER_MILLE if minor else 0}


def keep(pdf: bytes) -> str:
    """Stores the bytes under their own hash; the same bytes again are the same file."""
    digest = hashlib.sha256(pdf).hexdigest()
    blobs.write(key_of(digest), [pdf])
    return digest


def mark_printed(document_id: UUID, digest: str) -> None:
    Document.objects.filter(pk=document_id, sha256=None).update(sha256=digest)


def key_of(digest: str) -> str:
    return f"documents/{digest[:2]}/{digest}.pdf"


def receipt_of(sold: Order | SubscriptionPeriod) -> Document:
    """The printed receipt; `DocumentNotReady` before that."""
    row = sold.documents.filter(kind=Kind.RECEIPT).exclude(sha256=None).first()
    if row is None:
        raise DocumentNotReady
    return row


def set_billing_details(*, user: Any, details: dict[str, str]) -> BillingDetails:
    """For papers from now on; what was issued stays as it was issued."""
    row, _made = BillingDetails.objects.update_or_create(
        user_id=user.pk, defaults={**details, "changed_at": Now()}
    )
    return row


def gaps() -> list[str]:
    """Numbers that are missing or beyond the last given: for `ledger_check`."""
    found = []
    for series in DocumentSeries.objects.order_by("kind", "year"):
        numbers = Document.objects.filter(kind=series.kind, year=series.year)
        given = list(numbers.order_by("number").values_list("number", flat=True))
        if given != list(range(1, series.last + 1)):
            found.append(f"{series} has gaps: {len(given)} papers")
    return found
