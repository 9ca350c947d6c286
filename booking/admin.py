"""Bookings in the admin: to be read; what moves them are the services."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from unfold.admin import TabularInline

from booking.models import Booking, BookingChange, LessonType, Schedule
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
