from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from booking.models.bookings import Booking
from tutorme.core.constraints import one_of
from tutorme.core.fields import EncryptedTextField
from tutorme.core.ids import uuid7


class CalendarConnection(models.Model):
    """A calendar of somebody's at Google or Microsoft. Its busy times keep hours free of lessons,
    and lessons are written into it.

    active → broken where the grant is gone: then its owner connects it again.
    active | broken → ending, while the grant is given back, and then there is no row.
    """

    class Provider(models.TextChoices):
        GOOGLE = "google"
        MICROSOFT = "microsoft"

    class State(models.TextChoices):
        ACTIVE = "active"
        BROKEN = "broken"
        ENDING = "ending"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="calendars", db_index=False
    )
    provider = models.CharField(max_length=9, choices=Provider.choices)
    account = models.CharField(max_length=254)
    state = models.CharField(max_length=6, choices=State.choices, default=State.ACTIVE)
    access_token = EncryptedTextField(blank=True)
    refresh_token = EncryptedTextField(blank=True)
    access_until = models.DateTimeField()
    # Who is asking for a new token has the row until then; see `services/grants.py`.
    taken_until = models.DateTimeField(null=True)
    # Where the next look goes on. Empty asks for everything.
    sync_token = models.TextField(blank=True)
    synced_at = models.DateTimeField(null=True)
    # The last time all of it was read: what a sync token covers ends at a date.
    read_whole_at = models.DateTimeField(null=True)
    sync_wanted_at = models.DateTimeField(db_default=Now())
    # The provider's standing order to tell us of changes; `channel_secret` proves that it is them.
    channel_id = models.CharField(max_length=100, blank=True)
    channel_resource = models.CharField(max_length=300, blank=True)
    channel_secret = EncryptedTextField(blank=True)
    channel_until = models.DateTimeField(null=True)
    problem = models.CharField(max_length=300, blank=True)
    broken_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        ordering = ("created_at",)
        constraints = [
            one_of("provider", ["google", "microsoft"], "calendar_provider"),
            one_of("state", ["active", "broken", "ending"], "calendar_state"),
            models.UniqueConstraint(
                fields=["user", "provider", "account"], name="calendar_connected_once"
            ),
        ]
        indexes = [
            models.Index(
                fields=["sync_wanted_at"], condition=Q(state="active"), name="calendar_to_sync"
            ),
            models.Index(
                fields=["channel_id"], condition=~Q(channel_id=""), name="calendar_channel"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.provider}: {self.account}"

    @property
    def source(self) -> str:
        """Under which its busy times are kept."""
        return f"sync:{self.pk.hex}"


class WrittenEvent(models.Model):
    """A lesson that stands in somebody's connected calendar, and the version it has there."""

    connection = models.ForeignKey(CalendarConnection, models.CASCADE, related_name="written")
    booking = models.ForeignKey(Booking, models.PROTECT, related_name="written")
    reference = models.CharField(max_length=400, blank=True)
    version = models.PositiveIntegerField(default=0)
    is_gone = models.BooleanField(default=False)
    taken_until = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["connection", "booking"], name="written_event_once")
        ]

    def __str__(self) -> str:
        return f"{self.booking_id} v{self.version}"


class CalendarFeed(models.Model):
    """The secret address under which somebody's own calendar program reads their lessons. A new
    token makes the old address empty."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.CASCADE, primary_key=True, related_name="calendar_feed"
    )
    # The token's SHA-256: who reads the table cannot read the feeds.
    digest = models.CharField(max_length=64, unique=True)
    token = EncryptedTextField()
    rotated_at = models.DateTimeField(db_default=Now())

    def __str__(self) -> str:
        return str(self.user_id)


class CalendarImport(models.Model):
    """Busy times from an address that is read again and again, or from a file once."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="calendar_imports"
    )
    name = models.CharField(max_length=80)
    # Such an address is a secret of its own. Empty: the file was given to us.
    url = EncryptedTextField(blank=True)
    times = models.PositiveIntegerField(default=0)
    read_at = models.DateTimeField(null=True)
    next_at = models.DateTimeField(null=True)
    problem = models.CharField(max_length=300, blank=True)
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        ordering = ("created_at",)
        indexes = [
            models.Index(
                fields=["next_at"], condition=Q(next_at__isnull=False), name="calendar_import_due"
            )
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def source(self) -> str:
        return f"import:{self.pk.hex}"
