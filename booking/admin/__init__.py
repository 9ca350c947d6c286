"""What is offered, when, and where it takes place: to be read; what moves it are the services."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext_lazy as _
from unfold.admin import TabularInline

from booking.admin import bookings, outcomes  # noqa: F401  registered by being read
from booking.models import (
    CalendarConnection,
    DateOverride,
    LessonType,
    Meeting,
    Schedule,
    WeeklyHours,
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


class _Hours(TabularInline):  # type: ignore[misc]
    extra = 0
    can_delete = False
    hide_title = True

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return self.fields

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Who sees a schedule sees its hours."""
        return bool(request.user.has_perm("booking.view_schedule"))


class WeeklyInline(_Hours):
    model = WeeklyHours
    fields = ("day", "starts", "ends")

    @admin.display(description=_("day"))
    def day(self, row: WeeklyHours) -> str:
        """Sunday is 0 here and 6 there."""
        return str(WEEKDAYS[(row.day_of_week - 1) % 7])


class OverrideInline(_Hours):
    model = DateOverride
    fields = ("on", "hours")

    @admin.display(description=_("hours"))
    def hours(self, row: DateOverride) -> str:
        return ", ".join("–".join(window) for window in row.windows) or str(_("closed"))


@admin.register(Schedule)
class ScheduleAdmin(ReadOnlyAdmin):
    """Availability: the figures, the week and the dates that differ from it."""

    inlines = (WeeklyInline, OverrideInline)
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
