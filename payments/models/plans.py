from django.contrib.postgres.fields import ArrayField
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from payments.querysets import PlanQuerySet
from tutorme.core.constraints import currency_check, one_of
from tutorme.core.ids import uuid7
from tutorme.core.money import Money


class Feature(models.TextChoices):
    """What a plan can open. The apps above ask for these words (`payments.queries.entitled`)."""

    PREMIUM_COURSES = "premium_courses", _("every premium course")
    AI = "ai", _("the AI studio")
    VIDEO = "video", _("recordings of your lessons")


class Plan(models.Model):
    """What people subscribe to. Its price lives in versions: who subscribed keeps theirs."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    slug = models.SlugField(max_length=40, unique=True)
    name = models.CharField(max_length=60)
    description = models.CharField(max_length=120)
    features = ArrayField(models.CharField(max_length=30, choices=Feature.choices))
    # Given with each payment, in its currency; a week's worth of it lasts a cycle longer.
    credit_minor = models.PositiveIntegerField(default=0)
    # Whether it stands on the price list. Subscribers are not touched by it.
    is_offered = models.BooleanField(default=True)
    position = models.PositiveSmallIntegerField(default=0)
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    objects = PlanQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(features__contained_by=["premium_courses", "ai", "video"]),
                name="plan_features",
            )
        ]

    def __str__(self) -> str:
        return self.name


class PlanVersion(models.Model):
    """A price of a plan, and the plan PayPal knows for it. draft → active → retiring → retired:
    `draft` is not known to PayPal yet, `retiring` not yet closed to newcomers there."""

    class Unit(models.TextChoices):
        WEEK = "week", _("week")
        MONTH = "month", _("month")
        YEAR = "year", _("year")

    class State(models.TextChoices):
        DRAFT = "draft"
        ACTIVE = "active"
        RETIRING = "retiring"
        RETIRED = "retired"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    plan = models.ForeignKey(Plan, models.PROTECT, related_name="versions")
    number = models.PositiveSmallIntegerField()
    unit = models.CharField(max_length=5, choices=Unit.choices, default=Unit.MONTH)
    count = models.PositiveSmallIntegerField(default=1, validators=[MinValueValidator(1)])
    amount_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    state = models.CharField(max_length=8, choices=State.choices, default=State.DRAFT)
    provider_plan_id = models.CharField(max_length=50, unique=True, null=True)
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        constraints = [
            one_of("state", ["draft", "active", "retiring", "retired"], "plan_version_state"),
            one_of("unit", ["week", "month", "year"], "plan_version_unit"),
            currency_check("currency", "plan_version_currency"),
            models.CheckConstraint(
                condition=models.Q(amount_minor__gt=0, count__gte=1, count__lte=12),
                name="plan_version_price",
            ),
            models.UniqueConstraint(fields=["plan", "number"], name="plan_version_number"),
            models.UniqueConstraint(
                fields=["plan"], condition=models.Q(state="draft"), name="plan_one_draft"
            ),
            models.UniqueConstraint(
                fields=["plan"], condition=models.Q(state="active"), name="plan_one_active"
            ),
        ]

    def __str__(self) -> str:
        return self.provider_name

    @property
    def price(self) -> Money:
        return Money(self.amount_minor, self.currency)

    @property
    def credit(self) -> Money:
        """What comes with each payment."""
        return Money(self.plan.credit_minor, self.currency)

    @property
    def provider_name(self) -> str:
        """Unique at PayPal, where a plan carries no other reference of ours."""
        return f"TutorMe {self.plan.name}, price {self.number} ({self.plan.slug})"

    @property
    def request_id(self) -> str:
        """PayPal-Request-Id of the create call, kept there for 72 hours."""
        return f"plan-{self.pk}"
