from django.conf import settings
from django.db import models
from django.db.models.functions import Now

from payments.models.orders import Order
from tutorme.core.constraints import currency_check, one_of
from tutorme.core.ids import uuid7
from tutorme.core.money import Money


class CreditLot(models.Model):
    """Credit that came in one piece and may end on one day. What is left of all lots of a person is
    the balance of their `credits` account."""

    class Source(models.TextChoices):
        BOUGHT = "bought"
        GRANTED = "granted"
        REFUNDED = "refunded"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="credit_lots")
    currency = models.CharField(max_length=3)
    amount_minor = models.BigIntegerField()
    left_minor = models.BigIntegerField()
    source = models.CharField(max_length=10, choices=Source.choices)
    # The order, refund or grant it came from: one lot each.
    reference = models.CharField(max_length=80, unique=True)
    reason = models.CharField(max_length=200, blank=True)
    granted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    expires_at = models.DateTimeField(null=True)
    warned_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        constraints = [
            one_of("source", ["bought", "granted", "refunded"], "credit_lot_source"),
            currency_check("currency", "credit_lot_currency"),
            models.CheckConstraint(
                condition=models.Q(
                    amount_minor__gt=0,
                    left_minor__gte=0,
                    left_minor__lte=models.F("amount_minor"),
                ),
                name="credit_lot_left",
            ),
        ]
        indexes = [
            models.Index(
                fields=["owner", "currency"],
                condition=models.Q(left_minor__gt=0),
                name="credit_lot_spendable",
            ),
            models.Index(
                fields=["expires_at"],
                condition=models.Q(left_minor__gt=0),
                name="credit_lot_ending",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.left.amount} {self.currency} ({self.source})"

    @property
    def amount(self) -> Money:
        return Money(self.amount_minor, self.currency)

    @property
    def left(self) -> Money:
        return Money(self.left_minor, self.currency)


class CreditUse(models.Model):
    """What an order takes from a lot: set aside while it is open, gone when it is paid, given back
    to the lot when it ends unpaid."""

    class State(models.TextChoices):
        HELD = "held"
        SPENT = "spent"
        RELEASED = "released"

    order = models.ForeignKey(Order, models.PROTECT, related_name="credit_uses")
    lot = models.ForeignKey(CreditLot, models.PROTECT, related_name="uses")
    amount_minor = models.BigIntegerField()
    state = models.CharField(max_length=10, choices=State.choices, default=State.HELD)
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        constraints = [
            one_of("state", ["held", "spent", "released"], "credit_use_state"),
            models.CheckConstraint(
                condition=models.Q(amount_minor__gt=0), name="credit_use_amount"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.amount_minor} ({self.state})"


class CreditPack(models.Model):
    """An amount of credit that can be bought; what an order of kind `credit` points at."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    amount_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    price_minor = models.BigIntegerField()
    # Days after buying; null keeps for ever.
    valid_days = models.PositiveSmallIntegerField(null=True, blank=True)
    is_offered = models.BooleanField(default=True)
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        constraints = [
            currency_check("currency", "credit_pack_currency"),
            models.CheckConstraint(
                condition=models.Q(amount_minor__gt=0, price_minor__gt=0),
                name="credit_pack_amount",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.amount.amount} {self.currency}"

    @property
    def amount(self) -> Money:
        return Money(self.amount_minor, self.currency)

    @property
    def price(self) -> Money:
        return Money(self.price_minor, self.currency)
