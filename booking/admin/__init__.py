"""What is offered, when, and where it takes place: to be read; what moves it are the services."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from booking.admin import bookings, outcomes  # noqa: F401  registered by being read
from booking.models import (
    CalendarConnection,
    LessonType,
    Meeting,
    Schedule,
)
from booking.services import meetings, syncing
from tutorme.core import bulk_admin
from tutorme.core.bulk import By
from tutorme.core.errors import NotAllowed
from tutorme.core.read_only_admin import ReadOnlyAdmin


@admin.register(LessonType)
class LessonTypeAdmin(ReadOnlyAdmin):
    list_display = ("title", "tutor", "minutes", "price", "is_trial", "is_offered")
    list_filter = ("is_trial", "is_offered")
    search_fields = ("tutor__email", "title")
    list_select_related = ("tutor",)


@admin.register(Schedule)
class ScheduleAdmin(ReadOnlyAdmin):
    list_display = ("tutor", "time_zone", "is_open", "cancellation", "needs_approval")
    list_filter = ("is_open", "cancellation")
    search_fields = ("tutor__email",)
    list_select_related = ("tutor",)


@bulk_admin.action("meetings.try_again", _("Ask the provider again"))
def try_again(row: Meeting, by: By) -> None:
    if not meetings.again(Meeting.objects.filter(pk=row.pk)):
        raise NotAllowed(_("Nothing is open with the provider."))


@bulk_admin.action("calendars.look_now", _("Look at the calendar now"))
def look_now(row: CalendarConnection, by: By) -> None:
    if row.state != CalendarConnection.State.ACTIVE:
        raise NotAllowed(_("It is not connected."))
    syncing.hint(row)


@admin.register(Meeting)
class MeetingAdmin(ReadOnlyAdmin):
    """Where lessons take place. What failed can be tried again."""

    list_display = ("booking", "platform", "state", "version", "problem", "updated_at")
    list_filter = ("platform", "state")
    search_fields = ("booking__id", "booking__tutor__email", "booking__student__email")
    list_select_related = ("booking",)
    ordering = ("-updated_at",)
    actions = (try_again,)


@admin.register(CalendarConnection)
class CalendarConnectionAdmin(ReadOnlyAdmin):
    """Tokens and secrets are not shown."""

    list_display = ("user", "provider", "account", "state", "synced_at", "problem")
    list_filter = ("provider", "state")
    search_fields = ("user__email", "account")
    list_select_related = ("user",)
    exclude = ("access_token", "refresh_token", "channel_secret", "sync_token")
    actions = (look_now,)
