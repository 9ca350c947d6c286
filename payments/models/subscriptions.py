from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models.functions import Now

from payments.models.plans import PlanVersion
from payments.models.refunds import Refund
from payments.querysets import SubscriptionQuerySet
from tutorme.core.constraints import currency_check, one_of
from tutorme.core.ids import uuid7
from tutorme.core.money import Money

if TYPE_CHECKING:
    from payments.models.documents import Document

LIVE_STATES = ("approval_pending", "approved", "active", "past_due", "suspended")
ENDED_STATES = ("cancelled", "expired")


class Subscription(models.Model):
    """One person's agreement to pay for a plan again and again.

    approval_pending → approved → active ⇄ past_due → suspended → active | cancelled;
    approval_pending | active → cancelled | expired. Both ends are final. What it opens is decided
    by `access_until` alone (see `services.access`), never by the state.
    """

    class State(models.TextChoices):
        APPROVAL_PENDING = "approval_pending"
        APPROVED = "approved"
        ACTIVE = "active"
        PAST_DUE = "past_due"
        SUSPENDED = "suspended"
        CANCELLED = "cancelled"
        EXPIRED = "expired"

    class Wish(models.TextChoices):
        """What its owner asked for and the provider was not yet seen to do."""

        NOTHING = ""
        PAUSE = "pause"
        RESUME = "resume"
        CANCEL = "cancel"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="subscriptions")
    # The version paid for; another one that was agreed to takes its place with the next payment.
    version = models.ForeignKey(PlanVersion, models.PROTECT, related_name="+")
    next_version = models.ForeignKey(PlanVersion, models.PROTECT, null=True, related_name="+")
    # Asked for, with `change_url` where the payer agrees to it.
    change_to = models.ForeignKey(PlanVersion, models.PROTECT, null=True, related_name="+")
    change_url = models.CharField(max_length=500, blank=True)
    state = models.CharField(max_length=20, choices=State.choices, default=State.APPROVAL_PENDING)
    wish = models.CharField(max_length=8, choices=Wish.choices, default=Wish.NOTHING, blank=True)
    wished_at = models.DateTimeField(null=True)
    provider_subscription_id = models.CharField(max_length=50, unique=True, null=True)
    approve_url = models.CharField(max_length=500, blank=True)
    starts_at = models.DateTimeField(null=True)
    next_billing_at = models.DateTimeField(null=True)
    paid_through = models.DateTimeField(null=True)
    access_until = models.DateTimeField(null=True)
    # Payments refused in a row, by the provider's count, and when it tries again.
    failures = models.PositiveSmallIntegerField(default=0)
    last_failure_at = models.DateTimeField(null=True)
    next_try_at = models.DateTimeField(null=True)
    owed_minor = models.BigIntegerField(default=0)
    # Whose doing a suspension is: set while it rests because its owner asked for it.
    paused_at = models.DateTimeField(null=True)
    # How many payments there were when it was paused last: once a cycle.
    paused_in_cycle = models.PositiveIntegerField(null=True)
    # What does not add up, for a person; empty when all is well.
    review = models.CharField(max_length=300, blank=True)
    busy_until = models.DateTimeField(null=True)
    next_check_at = models.DateTimeField(db_default=Now())
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    activated_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    objects = SubscriptionQuerySet.as_manager()

    class Meta:
        constraints = [
            one_of(
                "state",
                [
                    "approval_pending",
                    "approved",
                    "active",
                    "past_due",
                    "suspended",
                    "cancelled",
                    "expired",
                ],
                "subscription_state",
            ),
            one_of("wish", ["", "pause", "resume", "cancel"], "subscription_wish"),
            models.UniqueConstraint(
                fields=["user"],
                condition=models.Q(state__in=LIVE_STATES),
                name="subscription_one_live",
            ),
        ]
        indexes = [
            models.Index(fields=["user", "access_until"], name="subscription_access"),
            models.Index(
                fields=["next_check_at"],
                condition=models.Q(state__in=LIVE_STATES),
                name="subscription_due",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} ({self.state})"

    @property
    def is_live(self) -> bool:
        return self.state in LIVE_STATES

    @property
    def owed(self) -> Money:
        return Money(self.owed_minor, self.version.currency)

    @property
    def request_id(self) -> str:
        """PayPal-Request-Id of the create call, kept there for 72 hours."""
        return f"s-{self.pk}-create"


class SubscriptionPeriod(models.Model):
    """A stretch of time that a payment bought, once a payment. Revoked when it went back."""

    class State(models.TextChoices):
        GRANTED = "granted"
        REVOKED = "revoked"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    subscription = models.ForeignKey(Subscription, models.PROTECT, related_name="periods")
    version = models.ForeignKey(PlanVersion, models.PROTECT, related_name="+")
    sale_id = models.CharField(max_length=64, unique=True)
    paid_at = models.DateTimeField()
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    amount_minor = models.BigIntegerField()
    fee_minor = models.BigIntegerField(default=0)
    # What went back through the provider, as far as the books know of it.
    refunded_minor = models.BigIntegerField(default=0)
    currency = models.CharField(max_length=3)
    state = models.CharField(max_length=8, choices=State.choices, default=State.GRANTED)
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        constraints = [
            one_of("state", ["granted", "revoked"], "subscription_period_state"),
            currency_check("currency", "subscription_period_currency"),
            models.CheckConstraint(
                condition=models.Q(ends_at__gt=models.F("starts_at"), amount_minor__gt=0),
                name="subscription_period_facts",
            ),
            models.CheckConstraint(
                condition=models.Q(
                    refunded_minor__gte=0, refunded_minor__lte=models.F("amount_minor")
                ),
                name="subscription_period_refunded",
            ),
        ]
        indexes = [
            models.Index(fields=["subscription", "-paid_at"], name="subscription_period_newest")
        ]

    def __str__(self) -> str:
        return f"{self.sale_id} ({self.state})"

    @property
    def amount(self) -> Money:
        return Money(self.amount_minor, self.currency)

    @property
    def papers(self) -> list["Document"]:
        """Its receipt, then its credit notes; read from what was fetched before."""
        return sorted(self.documents.all(), key=lambda paper: paper.pk)

    @property
    def came_back(self) -> Money:
        """The part of it that went back while the rest bought its time."""
        minor = self.refunded_minor if self.state == self.State.GRANTED else 0
        return Money(minor, self.currency)


class SubscriptionRefund(models.Model):
    """A payment of a subscription on its way back, all or a part. As with orders, `requested` is
    written before the provider is asked and `proposed` waits for a second person."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    period = models.ForeignKey(SubscriptionPeriod, models.PROTECT, related_name="refunds")
    amount_minor = models.BigIntegerField()
    # As credit here, where the provider gives nothing back any more.
    as_credit = models.BooleanField(default=False)
    origin = models.CharField(
        max_length=10, choices=Refund.Origin.choices, default=Refund.Origin.ADMIN
    )
    note = models.CharField(max_length=200, blank=True)
    state = models.CharField(
        max_length=10, choices=Refund.State.choices, default=Refund.State.REQUESTED
    )
    # Null where it was made at the provider, not here.
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    provider_refund_id = models.CharField(max_length=64, unique=True, null=True)
    is_reversal = models.BooleanField(default=False)
    failure = models.CharField(max_length=100, blank=True)
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        constraints = [
            one_of("state", Refund.State.values, "subscription_refund_state"),
            one_of("origin", Refund.Origin.values, "subscription_refund_origin"),
            models.CheckConstraint(
                condition=models.Q(amount_minor__gt=0), name="subscription_refund_amount"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.amount.amount} {self.period.currency} ({self.state})"

    @property
    def amount(self) -> Money:
        return Money(self.amount_minor, self.period.currency)

    @property
    def request_id(self) -> str:
        """PayPal-Request-Id of the refund, kept there for 45 days."""
        return f"sr-{self.pk}"


class OwedCapture(models.Model):
    """That we asked for what is owed, written before asking. Append-only."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    subscription = models.ForeignKey(Subscription, models.PROTECT, related_name="owed_captures")
    amount_minor = models.BigIntegerField()
    # How many payments there were by then.
    cycle = models.PositiveIntegerField()
    number = models.PositiveSmallIntegerField()
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["subscription", "cycle", "number"], name="owed_capture_once"
            )
        ]

    def __str__(self) -> str:
        return self.request_id

    @property
    def request_id(self) -> str:
        return f"s-{self.pk}-owed"


class SubscriptionTransition(models.Model):
    """Where a subscription has been, and why. Append-only."""

    subscription = models.ForeignKey(Subscription, models.PROTECT, related_name="transitions")
    from_state = models.CharField(max_length=20)
    to_state = models.CharField(max_length=20)
    reason = models.CharField(max_length=300, blank=True)
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    def __str__(self) -> str:
        return f"{self.from_state} → {self.to_state}"
