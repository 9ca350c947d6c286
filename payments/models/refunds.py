from django.conf import settings
from django.db import models
from django.db.models.functions import Now

from payments.models.orders import Order
from tutorme.core.constraints import one_of
from tutorme.core.ids import uuid7
from tutorme.core.money import Money


class Refund(models.Model):
    """Money on its way back. `requested` is written before the provider is asked."""

    class State(models.TextChoices):
        REQUESTED = "requested"
        PENDING = "pending"
        COMPLETED = "completed"
        FAILED = "failed"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    order = models.ForeignKey(Order, models.PROTECT, related_name="refunds")
    amount_minor = models.BigIntegerField()
    note = models.CharField(max_length=200, blank=True)
    state = models.CharField(max_length=10, choices=State.choices, default=State.REQUESTED)
    # Null where it was made at the provider, not here.
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    provider_refund_id = models.CharField(max_length=64, unique=True, null=True)
    # Taken back by the provider or a bank, not given by us.
    is_reversal = models.BooleanField(default=False)
    failure = models.CharField(max_length=100, blank=True)
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        constraints = [
            one_of("state", ["requested", "pending", "completed", "failed"], "refund_state"),
            models.CheckConstraint(condition=models.Q(amount_minor__gt=0), name="refund_amount"),
        ]

    def __str__(self) -> str:
        return f"{self.amount.amount} {self.order.currency} ({self.state})"

    @property
    def amount(self) -> Money:
        return Money(self.amount_minor, self.order.currency)

    @property
    def request_id(self) -> str:
        return f"r-{self.pk}"
