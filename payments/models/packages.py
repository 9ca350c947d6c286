from django.conf import settings
from django.db import models
from django.db.models.functions import Now
from django.utils import timezone

from payments.models.earnings import Earning
from payments.models.orders import Order
from tutorme.core.constraints import currency_check, one_of
from tutorme.core.ids import uuid7
from tutorme.core.money import Money


class PackageOffer(models.Model):
    """So many units of something a seller sells one by one, at a price of their own."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    seller = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="packages")
    title = models.CharField(max_length=120)
    # The kind of order one unit stands for, and the thing where it is for one thing alone.
    unit_kind = models.CharField(max_length=20, default="booking")
    unit_target_id = models.UUIDField(null=True, blank=True)
    units = models.PositiveSmallIntegerField()
    price_minor = models.BigIntegerField()
    # What one unit costs by itself: used units are charged at it when the buyer ends early.
    single_price_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    valid_days = models.PositiveSmallIntegerField(default=180)
    is_offered = models.BooleanField(default=True)
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        constraints = [
            currency_check("currency", "package_offer_currency"),
            models.CheckConstraint(
                condition=models.Q(
                    units__gte=2, units__lte=50, price_minor__gt=0, single_price_minor__gt=0,
                    valid_days__gte=7, valid_days__lte=730,
                ),
                name="package_offer_amounts",
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.title

    @property
    def price(self) -> Money:
        return Money(self.price_minor, self.currency)

    @property
    def single_price(self) -> Money:
        return Money(self.single_price_minor, self.currency)


class Package(models.Model):
    """A bought package. active → used_up | ended | expired. Terms are the offer's of that day."""

    class State(models.TextChoices):
        ACTIVE = "active"
        USED_UP = "used_up"
        ENDED = "ended"
        EXPIRED = "expired"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    order = models.OneToOneField(Order, models.PROTECT, related_name="package")
    offer = models.ForeignKey(PackageOffer, models.PROTECT, related_name="sold")
    buyer = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    seller = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    unit_kind = models.CharField(max_length=20)
    unit_target_id = models.UUIDField(null=True)
    units = models.PositiveSmallIntegerField()
    used = models.PositiveSmallIntegerField(default=0)
    single_price_minor = models.BigIntegerField()
    state = models.CharField(max_length=10, choices=State.choices, default=State.ACTIVE)
    expires_at = models.DateTimeField()
    # How many days before the end the last warning was for.
    warned_days = models.PositiveSmallIntegerField(null=True)
    # Null where the provider or a bank took its money back, and before anybody was named.
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    ended_at = models.DateTimeField(null=True)
    # A seller's words, for the buyer to read.
    end_reason = models.CharField(max_length=300, blank=True, default="", db_default="")
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        constraints = [
            one_of("state", ["active", "used_up", "ended", "expired"], "package_state"),
            models.CheckConstraint(
                condition=models.Q(used__lte=models.F("units")), name="package_used"
            ),
        ]
        indexes = [
            models.Index(fields=["buyer", "seller"], name="package_buyer"),
            models.Index(
                fields=["expires_at"],
                condition=models.Q(state="active"),
                name="package_ending",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.used}/{self.units}"

    @property
    def left(self) -> int:
        return self.units - self.used

    @property
    def is_live(self) -> bool:
        """Whether units of it can be used now; the sweep notes its end a little later."""
        return self.state == self.State.ACTIVE and self.expires_at > timezone.now()

    @property
    def takes_back(self) -> bool:
        """Whether a unit that is given back can be used again; else its price goes back."""
        open_states = {self.State.ACTIVE, self.State.USED_UP}
        return self.state in open_states and self.expires_at > timezone.now()

    @property
    def is_ended_by_seller(self) -> bool:
        return self.state == self.State.ENDED and self.ended_by_id == self.seller_id


class PackageUse(models.Model):
    """One unit, taken for one thing (`reference` is the app's that delivers it)."""

    class State(models.TextChoices):
        TAKEN = "taken"
        DELIVERED = "delivered"
        RETURNED = "returned"

    package = models.ForeignKey(Package, models.PROTECT, related_name="uses")
    reference = models.CharField(max_length=80, unique=True)
    earning = models.ForeignKey(Earning, models.PROTECT, null=True, related_name="+")
    state = models.CharField(max_length=10, choices=State.choices, default=State.TAKEN)
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        constraints = [
            one_of("state", ["taken", "delivered", "returned"], "package_use_state"),
            models.UniqueConstraint(
                fields=["earning"],
                condition=~models.Q(state="returned"),
                name="package_use_one_earning",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.reference} ({self.state})"
