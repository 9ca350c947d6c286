from django.conf import settings
from django.db import models
from django.db.models.functions import Now

from payments.models.orders import Order
from tutorme.core.constraints import one_of
from tutorme.core.ids import uuid7
from tutorme.core.money import Money


class Refund(models.Model):
    """Money on its way back. `requested` is written before the provider is asked; `proposed` waits
    for a second person first."""

    class Origin(models.TextChoices):
        ADMIN = "admin"
        BUYER = "buyer"
        SELLER = "seller"
        PROVIDER = "provider"

    class State(models.TextChoices):
        PROPOSED = "proposed"
        REJECTED = "rejected"
        REQUESTED = "requested"
        PENDING = "pending"
        COMPLETED = "completed"
        FAILED = "failed"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    order = models.ForeignKey(Order, models.PROTECT, related_name="refunds")
    amount_minor = models.BigIntegerField()
    # The part that goes back as credit; the rest goes where the money came from.
    credit_minor = models.BigIntegerField(default=0)
    origin = models.CharField(max_length=10, choices=Origin.choices, default=Origin.ADMIN)
    note = models.CharField(max_length=200, blank=True)
    state = models.CharField(max_length=10, choices=State.choices, default=State.REQUESTED)
    # Null where it was made at the provider, not here.
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    provider_refund_id = models.CharField(max_length=64, unique=True, null=True)
    # Taken back by the provider or a bank, not given by us.
    is_reversal = models.BooleanField(default=False)
    failure = models.CharField(max_length=100, blank=True)
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        constraints = [
            one_of(
                "state",
                ["proposed", "rejected", "requested", "pending", "completed", "failed"],
                "refund_state",
            ),
            one_of("origin", ["admin", "buyer", "seller", "provider"], "refund_origin"),
            models.CheckConstraint(condition=models.Q(amount_minor__gt=0), name="refund_amount"),
            models.CheckConstraint(
                condition=models.Q(credit_minor__gte=0, credit_minor__lte=models.F("amount_minor")),
                name="refund_credit",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.amount.amount} {self.order.currency} ({self.state})"

    @property
    def amount(self) -> Money:
        return Money(self.amount_minor, self.order.currency)

    @property
    def credit(self) -> Money:
        return Money(self.credit_minor, self.order.currency)

    @property
    def money(self) -> Money:
        """The part the provider gives back."""
        return self.amount - self.credit

    @property
    def request_id(self) -> str:
        return f"r-{self.pk}"
