"""Bookings in the admin: to be read; what moves them are the services."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from unfold.admin import TabularInline

from booking.admin import outcomes  # noqa: F401  registered by being read
from booking.models import (
    Booking,
    BookingChange,
    CalendarConnection,
    LessonType,
    Meeting,
    Schedule,
)
from booking.services import meetings, syncing
from tutorme.core.read_only_admin import ReadOnlyAdmin


class ChangeInline(TabularInline):  # type: ignore[misc]
    model = BookingChange
    extra = 0
    can_delete = False
    fields = ("version", "state", "actor", "reason", "was_at", "created_at")
    readonly_fields = fields

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Booking)
class BookingAdmin(ReadOnlyAdmin):
    list_display = ("starts_at", "tutor", "student", "lesson_type", "state", "version")
    list_filter = ("state", "cancellation")
    search_fields = ("id", "tutor__email", "student__email")
    list_select_related = ("tutor", "student", "lesson_type")
    date_hierarchy = "starts_at"
    ordering = ("-starts_at",)
    inlines = (ChangeInline,)


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


@admin.register(Meeting)
class MeetingAdmin(ReadOnlyAdmin):
    """Where lessons take place. What failed can be tried again."""

    list_display = ("booking", "platform", "state", "version", "problem", "updated_at")
    list_filter = ("platform", "state")
    search_fields = ("booking__id", "booking__tutor__email", "booking__student__email")
    list_select_related = ("booking",)
    ordering = ("-updated_at",)
    actions = ("try_again",)

    @admin.action(description="Ask the provider again")
    def try_again(self, request: HttpRequest, queryset: QuerySet[Meeting]) -> None:
        count = meetings.again(queryset)
        self.message_user(request, f"{count} meetings are asked for again.")


@admin.register(CalendarConnection)
class CalendarConnectionAdmin(ReadOnlyAdmin):
    """Tokens and secrets are not shown."""

    list_display = ("user", "provider", "account", "state", "synced_at", "problem")
    list_filter = ("provider", "state")
    search_fields = ("user__email", "account")
    list_select_related = ("user",)
    exclude = ("access_token", "refresh_token", "channel_secret", "sync_token")
    actions = ("look_now",)

    @admin.action(description="Look at the calendar now")
    def look_now(self, request: HttpRequest, queryset: QuerySet[CalendarConnection]) -> None:
        rows = list(queryset.filter(state="active"))
        for row in rows:
            syncing.hint(row)
        self.message_user(request, f"{len(rows)} calendars are looked at.")
