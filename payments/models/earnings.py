from django.conf import settings
from django.db import models
from django.db.models.functions import Now

from payments.models.orders import Order
from tutorme.core.constraints import currency_check, one_of
from tutorme.core.ids import uuid7
from tutorme.core.money import Money


class Earning(models.Model):
    """A seller's share of an order, or of one unit of it (`part`), on its way to being paid out.

    escrow → pending → available; a dispute takes it back to pending until it is settled.
    """

    class State(models.TextChoices):
        ESCROW = "escrow"
        PENDING = "pending"
        AVAILABLE = "available"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    order = models.ForeignKey(Order, models.PROTECT, related_name="earnings")
    part = models.PositiveSmallIntegerField(default=1)
    payee = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="earnings")
    currency = models.CharField(max_length=3)
    amount_minor = models.BigIntegerField()
    reversed_minor = models.BigIntegerField(default=0)
    state = models.CharField(max_length=10, choices=State.choices)
    # When a pending one becomes available, unless it is held by then.
    available_at = models.DateTimeField(null=True)
    held_at = models.DateTimeField(null=True)
    held_for = models.CharField(max_length=100, blank=True)
    # Counts the moves, so that each has a reference of its own in the ledger.
    moves = models.PositiveSmallIntegerField(default=0)
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        constraints = [
            one_of("state", ["escrow", "pending", "available"], "earning_state"),
            currency_check("currency", "earning_currency"),
            models.UniqueConstraint(fields=["order", "part"], name="earning_part"),
            models.CheckConstraint(
                condition=models.Q(
                    amount_minor__gte=0,
                    reversed_minor__gte=0,
                    reversed_minor__lte=models.F("amount_minor"),
                ),
                name="earning_amount",
            ),
        ]
        indexes = [
            models.Index(
                fields=["available_at"],
                condition=models.Q(state="pending", held_at=None),
                name="earning_due",
            ),
            models.Index(fields=["payee", "-id"], name="earning_payee"),
        ]

    def __str__(self) -> str:
        return f"{self.left.amount} {self.currency} ({self.state})"

    @property
    def left_minor(self) -> int:
        return self.amount_minor - self.reversed_minor

    @property
    def left(self) -> Money:
        return Money(self.left_minor, self.currency)


class CommissionSchedule(models.Model):
    """What the house keeps, from a day on. Append-only: a change is a new schedule, and an order
    keeps the rate it was placed at."""

    note = models.CharField(max_length=200)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    # [[from this many lessons or sales on, thousandths], …], the first from 0.
    tiers = models.JSONField()
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    def __str__(self) -> str:
        return self.note
