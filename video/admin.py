"""Rooms in the admin: to be read; what ends them are the services."""

from typing import Any

from django.contrib import admin
from django.db.models import Avg, Count, Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.admin import TabularInline

from accounts.models import User
from tutorme.core import bulk_admin
from tutorme.core.bulk import By
from tutorme.core.read_only_admin import ReadOnlyAdmin
from video.models import CallEvent, CallRating, Presence, Recording, Room, RoomMember
from video.services import rooms


class _ReadInline(TabularInline):  # type: ignore[misc]
    extra = 0
    can_delete = False
    hide_title = True

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class MemberInline(_ReadInline):
    model = RoomMember
    fields = ("user", "role", "booking", "consented_at", "removed_at")


class _OfMemberInline(_ReadInline):
    """Whose row it is, by name."""

    readonly_fields = ("who",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rows: QuerySet[Any] = super().get_queryset(request)
        return rows.select_related("member__user")

    @admin.display(description=_("who"))
    def who(self, row: Presence | CallEvent) -> str:
        return row.member.user.display_name if row.member else ""


class PresenceInline(_OfMemberInline):
    model = Presence
    fields = ("who", "seat", "joined_at", "seen_at", "left_at", "ending")
    ordering = ("joined_at",)


class CallEventInline(_OfMemberInline):
    model = CallEvent
    fields = ("at", "kind", "who", "seconds")
    ordering = ("at",)


@bulk_admin.action("rooms.end_now", _("End for everybody"), destroys=True)
def end_now(row: Room, by: By) -> None:
    rooms.end(user=User.objects.get(pk=by.actor_id), room_id=row.pk)


@admin.register(Room)
class RoomAdmin(ReadOnlyAdmin):
    list_display = ("starts_at", "title", "host", "provider", "state", "taping", "here", "rated")
    list_filter = ("state", "provider", "taping")
    search_fields = ("id", "title", "host__email", "members__user__email", "provider_room")
    list_select_related = ("host",)
    date_hierarchy = "starts_at"
    ordering = ("-starts_at",)
    exclude = ("notes",)
    inlines = (MemberInline, PresenceInline, CallEventInline)
    actions = (end_now,)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Room]:
        rows: QuerySet[Room] = super().get_queryset(request)
        present = Count("presences", filter=Q(presences__left_at=None), distinct=True)
        return rows.annotate(stars=Avg("ratings__stars"), present=present)

    @admin.display(description=_("here now"), ordering="present")
    def here(self, row: Any) -> int:
        return int(row.present)

    @admin.display(description=_("call rated"), ordering="stars")
    def rated(self, row: Any) -> str:
        return "" if row.stars is None else f"{row.stars:.1f}"


@admin.register(Recording)
class RecordingAdmin(ReadOnlyAdmin):
    list_display = ("started_at", "room", "who", "media", "state", "seconds", "size_bytes")
    list_filter = ("state", "media")
    search_fields = ("sid", "room__id")
    list_select_related = ("room", "member__user")

    @admin.display(description=_("who"))
    def who(self, row: Recording) -> str:
        return row.member.user.display_name if row.member else ""


@admin.register(CallRating)
class CallRatingAdmin(ReadOnlyAdmin):
    list_display = ("created_at", "room", "stars", "trouble", "note")
    list_filter = ("stars", "trouble")
    list_select_related = ("room",)
