from django.conf import settings
from django.db import models
from django.db.models.functions import Now

from payments.models.orders import Order
from payments.models.refunds import Refund
from payments.models.subscriptions import SubscriptionPeriod, SubscriptionRefund
from tutorme.core.constraints import one_of
from tutorme.core.ids import uuid7


class BillingDetails(models.Model):
    """What a buyer wants on their papers; all of it is theirs to leave out."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.CASCADE, primary_key=True, related_name="billing_details"
    )
    name = models.CharField(max_length=120, blank=True)
    address = models.TextField(max_length=400, blank=True)
    country = models.CharField(max_length=2, blank=True)
    tax_number = models.CharField(max_length=40, blank=True)
    changed_at = models.DateTimeField(db_default=Now())

    def __str__(self) -> str:
        return self.name


class DocumentSeries(models.Model):
    """The last number given in a year. Raised in the transaction that uses the number, so a number
    is never skipped and never given twice."""

    kind = models.CharField(max_length=12)
    year = models.PositiveSmallIntegerField()
    last = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["kind", "year"], name="document_series_once")
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.year}: {self.last}"


class Document(models.Model):
    """A numbered paper about money: of an order, or of one payment of a subscription. Its facts
    are fixed when it is issued and its bytes when it is first printed; a change is another paper (a
    credit note). The database refuses anything else."""

    class Kind(models.TextChoices):
        RECEIPT = "receipt"
        CREDIT_NOTE = "credit_note"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    kind = models.CharField(max_length=12, choices=Kind.choices)
    year = models.PositiveSmallIntegerField()
    number = models.PositiveIntegerField()
    order = models.ForeignKey(Order, models.PROTECT, null=True, related_name="documents")
    refund = models.OneToOneField(Refund, models.PROTECT, null=True, related_name="document")
    period = models.ForeignKey(
        SubscriptionPeriod, models.PROTECT, null=True, related_name="documents"
    )
    period_refund = models.OneToOneField(
        SubscriptionRefund, models.PROTECT, null=True, related_name="document"
    )
    facts = models.JSONField()
    # Null until it is printed; then fixed.
    sha256 = models.CharField(max_length=64, null=True)
    issued_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        constraints = [
            one_of("kind", ["receipt", "credit_note"], "document_kind"),
            models.UniqueConstraint(fields=["kind", "year", "number"], name="document_number"),
            models.UniqueConstraint(
                fields=["order"],
                condition=models.Q(kind="receipt"),
                name="document_one_receipt",
            ),
            models.UniqueConstraint(
                fields=["period"],
                condition=models.Q(kind="receipt"),
                name="document_one_period_receipt",
            ),
            models.CheckConstraint(
                condition=models.Q(period=None, period_refund=None, order__isnull=False)
                | models.Q(order=None, refund=None, period__isnull=False),
                name="document_about_one_payment",
            ),
        ]

    def __str__(self) -> str:
        return self.label

    @property
    def label(self) -> str:
        letters = {"receipt": "R", "credit_note": "C"}[self.kind]
        return f"{letters}-{self.year}-{self.number:06d}"
