from django.conf import settings
from django.db import models
from django.db.models.functions import Now

from payments.models.orders import Order
from payments.models.subscriptions import SubscriptionPeriod
from tutorme.core.constraints import currency_check, one_of
from tutorme.core.ids import uuid7
from tutorme.core.money import Money


class Dispute(models.Model):
    """A payer's complaint about an order, or about a payment of a subscription. open → won | lost:
    by the provider's word, where what it is about may be reopened; or, of one that never passed
    through it and was marked here, by a person's."""

    class State(models.TextChoices):
        OPEN = "open"
        WON = "won"
        LOST = "lost"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    provider_dispute_id = models.CharField(max_length=255, unique=True, null=True)
    # Who marked it here, and why; of the provider's own there is nobody.
    opened_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    note = models.CharField(max_length=300, blank=True, db_default="", default="")
    order = models.ForeignKey(Order, models.PROTECT, null=True, related_name="disputes")
    period = models.ForeignKey(
        SubscriptionPeriod, models.PROTECT, null=True, related_name="disputes"
    )
    state = models.CharField(max_length=4, choices=State.choices, default=State.OPEN)
    # The provider's own words.
    status = models.CharField(max_length=40, blank=True)
    reason = models.CharField(max_length=60, blank=True)
    stage = models.CharField(max_length=40, blank=True)
    outcome = models.CharField(max_length=40, blank=True)
    amount_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    respond_by = models.DateTimeField(null=True)
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    resolved_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            one_of("state", ["open", "won", "lost"], "dispute_state"),
            currency_check("currency", "dispute_currency"),
            models.CheckConstraint(
                condition=models.Q(order=None) ^ models.Q(period=None), name="dispute_about_one"
            ),
            models.CheckConstraint(
                condition=models.Q(provider_dispute_id=None) ^ models.Q(opened_by=None),
                name="dispute_of_one_origin",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.provider_dispute_id or self.note} ({self.state})"

    @property
    def amount(self) -> Money:
        return Money(self.amount_minor, self.currency)
