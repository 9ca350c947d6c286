from django.conf import settings
from django.db import models
from django.db.models.functions import Now, Upper

from tutorme.core.constraints import one_of
from tutorme.core.ids import uuid7
from tutorme.core.money import Money


class Coupon(models.Model):
    """A code that makes something cheaper. A tutor's is for what that tutor sells and comes out
    of the tutor's price; one of the site (no owner) is the house's gift."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    code = models.CharField(max_length=30, unique=True)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="coupons"
    )
    # Thousandths off, or an amount off.
    per_mille = models.PositiveSmallIntegerField(null=True, blank=True)
    amount_minor = models.BigIntegerField(null=True, blank=True)
    currency = models.CharField(max_length=3, blank=True)
    # Empty and null: whatever its owner sells, or the whole site.
    kind = models.CharField(max_length=20, blank=True)
    target_id = models.UUIDField(null=True, blank=True)
    minimum_minor = models.BigIntegerField(default=0)
    starts_at = models.DateTimeField(null=True, blank=True)
    ends_at = models.DateTimeField(null=True, blank=True)
    max_uses = models.PositiveIntegerField(null=True, blank=True)
    max_uses_each = models.PositiveSmallIntegerField(default=1)
    # Orders that hold or used it; raised only while below `max_uses`.
    uses = models.PositiveIntegerField(default=0)
    is_active = models.BooleanField(default=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(code=Upper("code"), code__regex=r"^[A-Z0-9-]{3,30}$"),
                name="coupon_code_form",
            ),
            models.CheckConstraint(
                condition=models.Q(
                    per_mille__gte=1, per_mille__lte=1000, amount_minor=None, currency=""
                )
                | models.Q(per_mille=None, amount_minor__gt=0, currency__regex="^[A-Z]{3}$"),
                name="coupon_percent_or_amount",
            ),
            models.CheckConstraint(
                condition=models.Q(max_uses=None) | models.Q(uses__lte=models.F("max_uses")),
                name="coupon_uses",
            ),
            models.CheckConstraint(
                condition=models.Q(target_id=None) | ~models.Q(kind=""),
                name="coupon_target_has_kind",
            ),
        ]

    def __str__(self) -> str:
        return self.code

    @property
    def percent(self) -> str:
        """Per cent off as people write it."""
        return f"{(self.per_mille or 0) / 10:g}"

    @property
    def amount(self) -> Money | None:
        return Money(self.amount_minor, self.currency) if self.amount_minor else None


class CouponUse(models.Model):
    """An order that holds a coupon's use, or used it."""

    class State(models.TextChoices):
        HELD = "held"
        USED = "used"
        RELEASED = "released"

    coupon = models.ForeignKey(Coupon, models.PROTECT, related_name="redemptions")
    order = models.OneToOneField("payments.Order", models.PROTECT, related_name="coupon_use")
    buyer = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    state = models.CharField(max_length=10, choices=State.choices, default=State.HELD)
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        constraints = [one_of("state", ["held", "used", "released"], "coupon_use_state")]
        indexes = [models.Index(fields=["coupon", "buyer"], name="coupon_use_buyer")]

    def __str__(self) -> str:
        return f"{self.coupon_id} ({self.state})"
