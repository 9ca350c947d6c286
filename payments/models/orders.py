from datetime import timedelta

from django.conf import settings
from django.db import models
from django.db.models.functions import Now

from payments.querysets import OrderQuerySet
from tutorme.core.constraints import currency_check, one_of
from tutorme.core.ids import uuid7
from tutorme.core.money import Money

OPEN_STATES = ("created", "approved", "capturing", "capture_pending")
# Money arrived; how much of it stayed is another matter.
PAID_STATES = ("captured", "partially_refunded", "refunded", "disputed", "reversed")
# Over, and no money is known to have moved.
UNPAID_STATES = ("declined", "expired", "cancelled", "voided")
# PayPal keeps an unapproved order for three hours.
LIFETIME = timedelta(hours=3)


class Order(models.Model):
    """One intent to pay for one thing, at the price the server gave it.

    created → approved → capturing → captured → partially_refunded → refunded;
    capturing → capture_pending → captured | declined; open → expired | cancelled | voided;
    capturing → created where the payer may choose another card; whatever does not add up → review;
    captured | partially_refunded → disputed → captured | partially_refunded | reversed.
    """

    class State(models.TextChoices):
        CREATED = "created"
        APPROVED = "approved"
        CAPTURING = "capturing"
        CAPTURE_PENDING = "capture_pending"
        CAPTURED = "captured"
        PARTIALLY_REFUNDED = "partially_refunded"
        REFUNDED = "refunded"
        DECLINED = "declined"
        EXPIRED = "expired"
        CANCELLED = "cancelled"
        VOIDED = "voided"
        DISPUTED = "disputed"
        REVERSED = "reversed"
        REVIEW = "review"

    class Provider(models.TextChoices):
        PAYPAL = "paypal", "PayPal"
        # Nothing to pay, so nobody to pay through.
        NONE = "none"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    buyer = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="orders")
    payee = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="sales"
    )
    # What was sold is the seller's business: a word it registered and a row of its own.
    kind = models.CharField(max_length=20)
    target_id = models.UUIDField()
    description = models.CharField(max_length=200)
    url = models.CharField(max_length=300, blank=True)
    # What is asked of the provider: the price less the discount, less credit.
    amount_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    discount_minor = models.BigIntegerField(default=0)
    # The part of the discount the house bears, so that the seller is not the poorer for it.
    promoted_minor = models.BigIntegerField(default=0)
    credit_minor = models.BigIntegerField(default=0)
    # Contained in the total. The rest is fixed here too, on the day of the order.
    tax_minor = models.BigIntegerField(default=0)
    commission_per_mille = models.PositiveSmallIntegerField(default=0)
    commission_schedule = models.ForeignKey(
        "payments.CommissionSchedule", models.PROTECT, null=True, related_name="+"
    )
    # The seller's share, in as many parts as there are units; in escrow until they are delivered.
    share_minor = models.BigIntegerField(default=0)
    units = models.PositiveSmallIntegerField(default=1)
    in_escrow = models.BooleanField(default=False)
    refunded_minor = models.BigIntegerField(default=0)
    fee_minor = models.BigIntegerField(null=True)
    state = models.CharField(max_length=20, choices=State.choices, default=State.CREATED)
    provider = models.CharField(max_length=10, choices=Provider.choices, default=Provider.PAYPAL)
    provider_order_id = models.CharField(max_length=64, unique=True, null=True)
    provider_capture_id = models.CharField(max_length=64, unique=True, null=True)
    approve_url = models.CharField(max_length=500, blank=True)
    # While somebody talks to the provider about this order, others wait for the outcome.
    busy_until = models.DateTimeField(null=True)
    # When the sweep asks the provider again; the wait grows with the order's age.
    next_check_at = models.DateTimeField(db_default=Now())
    note = models.CharField(max_length=300, blank=True)
    expires_at = models.DateTimeField(db_default=Now() + LIFETIME)
    captured_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    objects = OrderQuerySet.as_manager()

    class Meta:
        constraints = [
            one_of(
                "state",
                [
                    "created",
                    "approved",
                    "capturing",
                    "capture_pending",
                    "captured",
                    "partially_refunded",
                    "refunded",
                    "declined",
                    "expired",
                    "cancelled",
                    "voided",
                    "disputed",
                    "reversed",
                    "review",
                ],
                "order_state",
            ),
            one_of("provider", ["paypal", "none"], "order_provider"),
            currency_check("currency", "order_currency"),
            models.CheckConstraint(
                condition=models.Q(amount_minor__gte=0, amount_minor__lte=10**12),
                name="order_amount",
            ),
            models.CheckConstraint(
                condition=models.Q(
                    refunded_minor__gte=0,
                    refunded_minor__lte=models.F("amount_minor") + models.F("credit_minor"),
                ),
                name="order_refunded",
            ),
            models.CheckConstraint(
                condition=models.Q(
                    discount_minor__gte=0,
                    credit_minor__gte=0,
                    promoted_minor__gte=0,
                    promoted_minor__lte=models.F("discount_minor"),
                    tax_minor__gte=0,
                    tax_minor__lte=models.F("amount_minor") + models.F("credit_minor"),
                    share_minor__gte=0,
                    commission_per_mille__lte=1000,
                    units__gte=1,
                ),
                name="order_parts",
            ),
            models.UniqueConstraint(
                fields=["buyer", "kind", "target_id"],
                condition=models.Q(state__in=OPEN_STATES),
                name="order_one_open",
            ),
        ]
        indexes = [
            models.Index(fields=["buyer", "-id"], name="order_buyer"),
            models.Index(
                fields=["next_check_at"],
                condition=models.Q(state__in=OPEN_STATES),
                name="order_due",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.description} ({self.get_state_display().lower()})"

    @property
    def amount(self) -> Money:
        return Money(self.amount_minor, self.currency)

    @property
    def price(self) -> Money:
        """The seller's price, before anything made it cheaper."""
        return self.total + self.discount

    @property
    def discount(self) -> Money:
        return Money(self.discount_minor, self.currency)

    @property
    def credit(self) -> Money:
        return Money(self.credit_minor, self.currency)

    @property
    def tax(self) -> Money:
        return Money(self.tax_minor, self.currency)

    @property
    def total(self) -> Money:
        """What the buyer pays, in money and credit."""
        return Money(self.amount_minor + self.credit_minor, self.currency)

    @property
    def refunded(self) -> Money:
        return Money(self.refunded_minor, self.currency)

    @property
    def is_open(self) -> bool:
        return self.state in OPEN_STATES

    @property
    def create_request_id(self) -> str:
        """PayPal-Request-Id of the create call; fixed by the row, so known before the call."""
        return f"o-{self.pk}-create"


class CaptureAttempt(models.Model):
    """That we asked the provider for the money, written before asking. Append-only."""

    order = models.ForeignKey(Order, models.PROTECT, related_name="attempts")
    number = models.PositiveSmallIntegerField()
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["order", "number"], name="capture_attempt_number")
        ]

    def __str__(self) -> str:
        return self.request_id

    @property
    def request_id(self) -> str:
        return f"o-{self.order_id}-cap-{self.number}"


class OrderTransition(models.Model):
    """Where an order has been, and why. Append-only."""

    order = models.ForeignKey(Order, models.PROTECT, related_name="transitions")
    from_state = models.CharField(max_length=20)
    to_state = models.CharField(max_length=20)
    reason = models.CharField(max_length=300, blank=True)
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    def __str__(self) -> str:
        return f"{self.from_state} → {self.to_state}"
