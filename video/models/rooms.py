from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from tutorme.core.constraints import one_of
from tutorme.core.ids import uuid7
from video.querysets import PresenceQuerySet, RoomQuerySet

# A mesh sends everybody's picture to everybody: beyond four a phone's upload gives up.
MESH_CAPACITY = 4
GROUP_CAPACITY = 50
NOTES_LENGTH = 20_000


class Room(models.Model):
    """Where members meet, once: from `opens_at` to `closes_at`, until somebody ends it.

    open → ended. `source` names what it was opened for, so that one thing has one room.
    """

    class State(models.TextChoices):
        OPEN = "open"
        ENDED = "ended"

    class Provider(models.TextChoices):
        BUILTIN = "builtin", _("TutorMe's room")
        TWILIO = "twilio", _("Twilio")

    class Taping(models.TextChoices):
        OFF = "off"
        ASKED = "asked"
        ON = "on"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    title = models.CharField(max_length=120)
    host = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="rooms_hosted")
    source = models.CharField(max_length=80, null=True, unique=True)
    state = models.CharField(max_length=5, choices=State.choices, default=State.OPEN)
    provider = models.CharField(max_length=7, choices=Provider.choices, default=Provider.BUILTIN)
    # Rises when the call moves to another provider: everybody starts it anew.
    epoch = models.PositiveIntegerField(default=1)
    provider_room = models.CharField(max_length=64, blank=True)
    capacity = models.PositiveSmallIntegerField(default=MESH_CAPACITY)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    opens_at = models.DateTimeField()
    closes_at = models.DateTimeField()
    # Signals are numbered here, under the row's lock: no reader ever skips a late commit.
    last_seq = models.BigIntegerField(default=0)
    notes = models.TextField(max_length=NOTES_LENGTH, blank=True)
    notes_version = models.PositiveIntegerField(default=0)
    taping = models.CharField(max_length=5, choices=Taping.choices, default=Taping.OFF)
    started_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    objects = RoomQuerySet.as_manager()

    class Meta:
        constraints = [
            one_of("state", ["open", "ended"], "room_state"),
            one_of("provider", ["builtin", "twilio"], "room_provider"),
            one_of("taping", ["off", "asked", "on"], "room_taping"),
            models.CheckConstraint(
                name="room_hours",
                condition=Q(
                    ends_at__gt=F("starts_at"),
                    opens_at__lte=F("starts_at"),
                    closes_at__gte=F("ends_at"),
                ),
            ),
            models.CheckConstraint(
                name="room_ended_at", condition=Q(state="open") ^ Q(ended_at__isnull=False)
            ),
            models.CheckConstraint(
                name="room_capacity", condition=Q(capacity__gte=2, capacity__lte=GROUP_CAPACITY)
            ),
        ]
        indexes = [
            models.Index(fields=["closes_at"], condition=Q(state="open"), name="room_closing")
        ]

    def __str__(self) -> str:
        return f"{self.title} {self.starts_at:%Y-%m-%d %H:%M} ({self.state})"


class RoomMember(models.Model):
    """Who may be in a room. The id is what others in the call see of the person's identity."""

    class Role(models.TextChoices):
        HOST = "host"
        GUEST = "guest"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    room = models.ForeignKey(Room, models.CASCADE, related_name="members", db_index=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="memberships")
    role = models.CharField(max_length=5, choices=Role.choices)
    # What entitles them, where it is a lesson.
    booking = models.ForeignKey(
        "booking.Booking", models.PROTECT, null=True, related_name="room_members"
    )
    consented_at = models.DateTimeField(null=True)
    removed_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        constraints = [
            one_of("role", ["host", "guest"], "room_member_role"),
            models.UniqueConstraint(fields=["room", "user"], name="room_member_once"),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} in {self.room_id} ({self.role})"


class Presence(models.Model):
    """A stretch of somebody's being in a room, from one window of one device.

    It is held by a lease: whoever is not heard of is out, as of the last time they were heard.
    `session` is the window's name towards the others.
    """

    class Ending(models.TextChoices):
        NONE = "", "-"
        LEFT = "left"
        LAPSED = "lapsed"
        REPLACED = "replaced"
        REMOVED = "removed"
        CLOSED = "closed"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    room = models.ForeignKey(Room, models.CASCADE, related_name="presences", db_index=False)
    member = models.ForeignKey(RoomMember, models.CASCADE, related_name="presences")
    session = models.UUIDField(unique=True)
    seat = models.PositiveSmallIntegerField()
    joined_at = models.DateTimeField()
    seen_at = models.DateTimeField()
    left_at = models.DateTimeField(null=True)
    ending = models.CharField(max_length=8, choices=Ending.choices, blank=True)

    objects = PresenceQuerySet.as_manager()

    class Meta:
        constraints = [
            one_of(
                "ending", ["", "left", "lapsed", "replaced", "removed", "closed"], "presence_ending"
            ),
            models.UniqueConstraint(
                fields=["room", "seat"], condition=Q(left_at=None), name="presence_seat_once"
            ),
            models.UniqueConstraint(
                fields=["member"], condition=Q(left_at=None), name="presence_member_once"
            ),
            models.CheckConstraint(
                name="presence_times",
                condition=Q(seat__gte=1, seat__lte=GROUP_CAPACITY, seen_at__gte=F("joined_at")),
            ),
        ]
        indexes = [
            models.Index(fields=["seen_at"], condition=Q(left_at=None), name="presence_lapsing"),
            models.Index(fields=["room", "joined_at"], name="presence_of_room"),
        ]

    def __str__(self) -> str:
        return f"{self.member_id} seat {self.seat} ({self.ending or 'here'})"
