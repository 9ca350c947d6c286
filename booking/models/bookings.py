from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Coalesce, Now
from django.utils import timezone

from booking.models.groups import GroupSession
from booking.models.offers import LessonType
from booking.models.ranges import tstzrange
from booking.models.series import Series
from booking.querysets import BookingQuerySet
from tutorme.core.constraints import currency_check, one_of
from tutorme.core.ids import uuid7
from tutorme.core.money import Money

# Those that keep both people's time.
ACTIVE_STATES = ("held", "pending_payment", "pending_approval", "confirmed", "in_progress")
# Those that count towards a tutor's daily limit.
COUNTED_STATES = (*ACTIVE_STATES, "completed", "no_show_student", "no_show_tutor", "disputed")
ENDED_STATES = (
    "completed",
    "expired",
    "declined",
    "cancelled_by_student",
    "cancelled_by_tutor",
    "cancelled_by_platform",
    "no_show_student",
    "no_show_tutor",
    "resolved",
)


class Booking(models.Model):
    """One student's lesson with one tutor.

    held → pending_payment → confirmed → in_progress → completed;
    held | pending_payment → expired; pending_approval → confirmed | declined | expired;
    confirmed → cancelled_by_student | cancelled_by_tutor | cancelled_by_platform;
    in_progress | confirmed → no_show_student | no_show_tutor | disputed → resolved.

    Two exclusion constraints refuse a second active booking of the same time, for the tutor with
    buffers (seats of one group stand beside each other) and for the student without. What was
    agreed is kept here: price, length, policy, zone.
    """

    class State(models.TextChoices):
        HELD = "held"
        PENDING_PAYMENT = "pending_payment"
        PENDING_APPROVAL = "pending_approval"
        CONFIRMED = "confirmed"
        IN_PROGRESS = "in_progress"
        COMPLETED = "completed"
        EXPIRED = "expired"
        DECLINED = "declined"
        CANCELLED_BY_STUDENT = "cancelled_by_student"
        CANCELLED_BY_TUTOR = "cancelled_by_tutor"
        CANCELLED_BY_PLATFORM = "cancelled_by_platform"
        NO_SHOW_STUDENT = "no_show_student"
        NO_SHOW_TUTOR = "no_show_tutor"
        DISPUTED = "disputed"
        RESOLVED = "resolved"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    tutor = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="lessons_given", db_index=False
    )
    student = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="lessons_taken", db_index=False
    )
    lesson_type = models.ForeignKey(LessonType, models.PROTECT, related_name="bookings")
    order = models.ForeignKey("payments.Order", models.PROTECT, null=True, related_name="bookings")
    # What paid for it where no money of its own did: one lesson of a package.
    package = models.ForeignKey(
        "payments.Package", models.PROTECT, null=True, related_name="bookings"
    )
    # Which part of the order's share was released for it.
    earning_part = models.PositiveSmallIntegerField(null=True)
    series = models.ForeignKey(Series, models.PROTECT, null=True, related_name="bookings")
    group = models.ForeignKey(GroupSession, models.PROTECT, null=True, related_name="bookings")
    state = models.CharField(max_length=21, choices=State.choices, default=State.HELD)
    # Rises with every change of time or state; external effects carry it.
    version = models.PositiveIntegerField(default=1)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    # The tutor's time with the buffers of that day.
    blocked_from = models.DateTimeField()
    blocked_until = models.DateTimeField()
    # The tutor's date, for the daily limit, and the zone it was agreed in.
    on = models.DateField()
    tutor_zone = models.CharField(max_length=64)
    price_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    # What the house keeps of it, by the tutor's hours and the tiers of the moment of the hold.
    commission_per_mille = models.PositiveSmallIntegerField(null=True)
    cancellation = models.CharField(max_length=8)
    needs_approval = models.BooleanField(default=False)
    note = models.CharField(max_length=1000, blank=True)
    # When a hold or a wait for approval ends by itself.
    expires_at = models.DateTimeField(null=True)
    confirmed_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    objects = BookingQuerySet.as_manager()

    class Meta:
        constraints = [
            one_of(
                "state",
                [
                    *ACTIVE_STATES,
                    *ENDED_STATES,
                    "disputed",
                ],
                "booking_state",
            ),
            currency_check("currency", "booking_currency"),
            models.CheckConstraint(
                name="booking_figures",
                condition=Q(
                    ends_at__gt=F("starts_at"),
                    blocked_from__lte=F("starts_at"),
                    blocked_until__gte=F("ends_at"),
                    price_minor__gte=0,
                ),
            ),
            models.CheckConstraint(
                name="booking_not_with_oneself", condition=~Q(tutor=F("student"))
            ),
            ExclusionConstraint(
                name="booking_tutor_once",
                expressions=[
                    ("tutor", RangeOperators.EQUAL),
                    (tstzrange("blocked_from", "blocked_until"), RangeOperators.OVERLAPS),
                    (
                        Coalesce("group", "id", output_field=models.UUIDField()),
                        RangeOperators.NOT_EQUAL,
                    ),
                ],
                condition=Q(state__in=ACTIVE_STATES),
                deferrable=models.Deferrable.IMMEDIATE,
            ),
            ExclusionConstraint(
                name="booking_student_once",
                expressions=[
                    ("student", RangeOperators.EQUAL),
                    (tstzrange("starts_at", "ends_at"), RangeOperators.OVERLAPS),
                ],
                condition=Q(state__in=ACTIVE_STATES),
                deferrable=models.Deferrable.IMMEDIATE,
            ),
            models.UniqueConstraint(
                fields=["student", "tutor"],
                condition=Q(state="held", series=None),
                name="booking_one_hold",
            ),
        ]
        indexes = [
            models.Index(fields=["tutor", "starts_at"], name="booking_of_tutor"),
            models.Index(fields=["student", "starts_at"], name="booking_of_student"),
            models.Index(
                fields=["expires_at"],
                condition=Q(state__in=("held", "pending_payment", "pending_approval")),
                name="booking_ending",
            ),
            models.Index(
                fields=["ends_at"],
                condition=Q(state__in=("confirmed", "in_progress")),
                name="booking_to_judge",
            ),
            # Whose answers matching has to look at.
            models.Index(fields=["tutor"], condition=Q(needs_approval=True), name="booking_asked"),
        ]

    def __str__(self) -> str:
        return f"{self.starts_at:%Y-%m-%d %H:%M} ({self.state})"

    @property
    def price(self) -> Money:
        return Money(self.price_minor, self.currency)

    @property
    def has_ended(self) -> bool:
        return self.ends_at <= timezone.now()

    @property
    def minutes(self) -> int:
        return int((self.ends_at - self.starts_at).total_seconds()) // 60


class BookingChange(models.Model):
    """What became of a booking, when, by whom and why. Never changed, never removed."""

    booking = models.ForeignKey(Booking, models.PROTECT, related_name="changes", db_index=False)
    version = models.PositiveIntegerField()
    state = models.CharField(max_length=21)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", db_index=False
    )
    reason = models.CharField(max_length=500, blank=True)
    # Where it was before, if it moved.
    was_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        ordering = ("id",)
        constraints = [
            models.UniqueConstraint(fields=["booking", "version"], name="booking_change_once")
        ]

    def __str__(self) -> str:
        return f"{self.booking_id} v{self.version} {self.state}"
