from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from booking.models.bookings import Booking
from tutorme.core.constraints import one_of


class Meeting(models.Model):
    """Where a lesson takes place, for as long as there is the booking. The address people are
    given is our own, `/join/<booking>/`; what it leads to is decided when they come.

    wanted → making → ready, or → pending → ready where the provider needs a while;
    ready or failed → anew → wanted; any → failed (our own room is used) and → gone (called off).
    """

    class Platform(models.TextChoices):
        ROOM = "room", _("TutorMe's room")
        ZOOM = "zoom", _("Zoom")
        MEET = "meet", _("Google Meet")
        TEAMS = "teams", _("Microsoft Teams")

    class State(models.TextChoices):
        WANTED = "wanted"
        # The provider is being asked; killed now, what it did is to be looked up.
        MAKING = "making"
        PENDING = "pending"
        READY = "ready"
        # What stands at the provider is to go, and another to be made.
        ANEW = "anew"
        FAILED = "failed"
        GONE = "gone"

    booking = models.OneToOneField(
        Booking, models.PROTECT, primary_key=True, related_name="meeting"
    )
    platform = models.CharField(max_length=5, choices=Platform.choices)
    state = models.CharField(max_length=7, choices=State.choices, default=State.WANTED)
    # The provider's id of it, and whose calendar it stands in.
    reference = models.CharField(max_length=400, blank=True)
    connection = models.ForeignKey(
        "booking.CalendarConnection", models.SET_NULL, null=True, related_name="meetings"
    )
    # How many were made before this one: an event of a calendar is made under a key with it.
    round = models.PositiveSmallIntegerField(db_default=0, default=0)
    # Whether the provider was ever asked to make it: then there may be one we did not hear of.
    was_asked = models.BooleanField(default=False)
    # For guests. What makes somebody host is fetched when they come, and never kept.
    join_url = models.CharField(max_length=2000, blank=True)
    # The booking's version it was last brought up to, and the hours it has at the provider.
    version = models.PositiveIntegerField(default=0)
    starts_at = models.DateTimeField(null=True)
    ends_at = models.DateTimeField(null=True)
    # Who works on it has it until then; two at once would make two meetings.
    taken_until = models.DateTimeField(null=True)
    # When its platform last told us who is in it. Never told, it says nothing by its silence.
    heard_at = models.DateTimeField(null=True)
    problem = models.CharField(max_length=300, blank=True)
    updated_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            one_of("platform", ["room", "zoom", "meet", "teams"], "meeting_platform"),
            one_of(
                "state",
                ["wanted", "making", "pending", "ready", "anew", "failed", "gone"],
                "meeting_state",
            ),
        ]
        indexes = [
            models.Index(
                fields=["updated_at"],
                condition=models.Q(state__in=("wanted", "making", "pending", "anew")),
                name="meeting_unsettled",
            )
        ]

    def __str__(self) -> str:
        return f"{self.platform} ({self.state})"
