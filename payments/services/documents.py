"""Receipts and credit notes: numbered without gaps, fixed when issued, printed once.

The number is given in a short transaction of its own, long after the sale, so that no sale waits
for another's number.
"""

import hashlib
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models.functions import Now
from django.utils import timezone

from payments.errors import DocumentNotReady
from payments.models import BillingDetails, Document, DocumentSeries, Order, Refund
from tutorme.core import jobs
from tutorme.core.files import blobs

Kind = Document.Kind
PRINT = "payments.print_document"
_BILLED = ("name", "address", "country", "tax_number")


def ask_for_receipt(order: Order) -> None:
    """In the transaction of the sale; over nothing there is no receipt."""
    if order.total:
        args = {"order_id": str(order.pk)}
        jobs.enqueue(PRINT, key=f"receipt:{order.pk}", args=args)


def ask_for_credit_note(refund: Refund) -> None:
    args = {"order_id": str(refund.order_id), "refund_id": str(refund.pk)}
    jobs.enqueue(PRINT, key=f"credit-note:{refund.pk}", args=args)


@transaction.atomic
def issue(order_id: UUID, refund_id: UUID | None = None) -> Document:
    """The paper, numbered on its first call and the same ever after."""
    kind = Kind.CREDIT_NOTE if refund_id else Kind.RECEIPT
    # A refund's paper names the receipt it takes from, so that one comes first.
    receipt = issue(order_id) if refund_id else None
    year = timezone.now().year
    series = _series(kind, year)
    issued = Document.objects.filter(order_id=order_id, kind=kind)
    known = (issued.filter(refund_id=refund_id) if refund_id else issued).first()
    if known:
        return known
    series.last += 1
    series.save(update_fields=["last"])
    order = Order.objects.select_related("buyer").get(pk=order_id)
    refund = Refund.objects.get(pk=refund_id) if refund_id else None
    return Document.objects.create(
        kind=kind,
        year=year,
        number=series.last,
        order=order,
        refund=refund,
        facts=_facts(order, refund, receipt),
    )


def _series(kind: str, year: int) -> DocumentSeries:
    """Locked: whoever numbers next waits for this number to be used."""
    DocumentSeries.objects.bulk_create(
        [DocumentSeries(kind=kind, year=year)], ignore_conflicts=True
    )
    return DocumentSeries.objects.select_for_update().get(kind=kind, year=year)


def _facts(order: Order, refund: Refund | None, receipt: Document | None) -> dict[str, Any]:
    facts: dict[str, Any] = {
        "seller": dict(settings.BUSINESS),
        "buyer": _buyer(order),
        "locale": order.buyer.locale,
        "order": str(order.pk),
        "description": order.description,
        "currency": order.currency,
        "price_minor": order.price.minor,
        "discount_minor": order.discount_minor,
        "credit_minor": order.credit_minor,
        "money_minor": order.amount_minor,
        "tax_minor": order.tax_minor,
        "tax_per_mille": settings.TAX_PER_MILLE if order.tax_minor else 0,
        "paid_at": order.captured_at.isoformat() if order.captured_at else "",
        "capture": order.provider_capture_id or "",
    }
    if refund:
        facts["refund"] = {
            "minor": refund.amount_minor,
            "credit_minor": refund.credit_minor,
            "tax_minor": order.tax_minor * refund.amount_minor // order.total.minor,
            "receipt": receipt.label if receipt else "",
        }
    return facts


def _buyer(order: Order) -> dict[str, str]:
    details = BillingDetails.objects.filter(user_id=order.buyer_id).values(*_BILLED).first() or {}
    name = details.get("name") or order.buyer.display_name
    return {**{key: details.get(key, "") for key in _BILLED}, "name": name}


def keep(pdf: bytes) -> str:
    """Stores the bytes under their own hash; the same bytes again are the same file."""
    digest = hashlib.sha256(pdf).hexdigest()
    blobs.write(key_of(digest), [pdf])
    return digest


def mark_printed(document_id: UUID, digest: str) -> None:
    Document.objects.filter(pk=document_id, sha256=None).update(sha256=digest)


def key_of(digest: str) -> str:
    return f"documents/{digest[:2]}/{digest}.pdf"


def receipt_of(order: Order) -> Document:
    """The printed receipt; `DocumentNotReady` before that."""
    row = order.documents.filter(kind=Kind.RECEIPT).exclude(sha256=None).first()
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
