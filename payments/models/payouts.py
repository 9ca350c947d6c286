from django.conf import settings
from django.db import models
from django.db.models.functions import Lower, Now

from tutorme.core.constraints import currency_check, one_of
from tutorme.core.ids import uuid7
from tutorme.core.money import Money


class PayoutMethod(models.Model):
    """Where a seller's money goes. A changed address waits, so a thief's change is seen."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.PROTECT, primary_key=True, related_name="payout_method"
    )
    email = models.EmailField(max_length=254)
    usable_from = models.DateTimeField()
    changed_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(email=Lower("email")), name="payout_method_lower"
            )
        ]

    def __str__(self) -> str:
        return self.email


class PayoutBatch(models.Model):
    """Payouts sent together. draft → approved → submitted → processing → paid | partially_failed |
    failed; draft → rejected. The row's id is the provider's `sender_batch_id`."""

    class State(models.TextChoices):
        DRAFT = "draft"
        APPROVED = "approved"
        SUBMITTED = "submitted"
        PROCESSING = "processing"
        PAID = "paid"
        PARTIALLY_FAILED = "partially_failed"
        FAILED = "failed"
        REJECTED = "rejected"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    currency = models.CharField(max_length=3)
    total_minor = models.BigIntegerField()
    state = models.CharField(max_length=20, choices=State.choices, default=State.DRAFT)
    # Null where the schedule asked.
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    provider_batch_id = models.CharField(max_length=64, unique=True, null=True)
    note = models.CharField(max_length=200, blank=True)
    # Set before the provider is first told: 30 days later it no longer knows a repetition.
    submitted_at = models.DateTimeField(null=True)
    busy_until = models.DateTimeField(null=True)
    next_check_at = models.DateTimeField(db_default=Now())
    finished_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        verbose_name_plural = "payout batches"
        constraints = [
            one_of(
                "state",
                [
                    "draft",
                    "approved",
                    "submitted",
                    "processing",
                    "paid",
                    "partially_failed",
                    "failed",
                    "rejected",
                ],
                "payout_batch_state",
            ),
            currency_check("currency", "payout_batch_currency"),
        ]

    def __str__(self) -> str:
        return f"{self.total.amount} {self.currency} ({self.state})"

    @property
    def total(self) -> Money:
        return Money(self.total_minor, self.currency)


class PayoutApproval(models.Model):
    """One person's yes. Append-only; each says it once."""

    batch = models.ForeignKey(PayoutBatch, models.PROTECT, related_name="approvals")
    approved_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["batch", "approved_by"], name="payout_approval_once")
        ]

    def __str__(self) -> str:
        return str(self.approved_by_id)


class PayoutItem(models.Model):
    """One payee's money in a batch. queued → success | pending | unclaimed | onhold | blocked;
    these → success | returned | failed | refunded. Its id is the provider's `sender_item_id`."""

    class State(models.TextChoices):
        QUEUED = "queued"
        SUCCESS = "success"
        PENDING = "pending"
        UNCLAIMED = "unclaimed"
        ONHOLD = "onhold"
        BLOCKED = "blocked"
        RETURNED = "returned"
        FAILED = "failed"
        REFUNDED = "refunded"
        REJECTED = "rejected"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    batch = models.ForeignKey(PayoutBatch, models.PROTECT, related_name="items")
    payee = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="payouts")
    amount_minor = models.BigIntegerField()
    fee_minor = models.BigIntegerField(null=True)
    # The address of the day it was asked for.
    email = models.EmailField(max_length=254)
    state = models.CharField(max_length=10, choices=State.choices, default=State.QUEUED)
    provider_item_id = models.CharField(max_length=64, unique=True, null=True)
    failure = models.CharField(max_length=100, blank=True)
    finished_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        constraints = [
            one_of(
                "state",
                [
                    "queued",
                    "success",
                    "pending",
                    "unclaimed",
                    "onhold",
                    "blocked",
                    "returned",
                    "failed",
                    "refunded",
                    "rejected",
                ],
                "payout_item_state",
            ),
            models.CheckConstraint(
                condition=models.Q(amount_minor__gt=0), name="payout_item_amount"
            ),
            models.UniqueConstraint(fields=["batch", "payee"], name="payout_item_payee"),
        ]
        indexes = [models.Index(fields=["payee", "-id"], name="payout_item_by_payee")]

    def __str__(self) -> str:
        return f"{self.amount_minor} ({self.state})"

    @property
    def amount(self) -> Money:
        return Money(self.amount_minor, self.batch.currency)
