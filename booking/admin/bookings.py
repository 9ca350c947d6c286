"""Lessons for admins: moved and called off for both, by the services, with a reason; what it comes
to in money is shown before."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.admin import TabularInline
from unfold.widgets import (
    UnfoldAdminDateWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextInputWidget,
    UnfoldAdminTimeWidget,
    UnfoldBooleanWidget,
)

from accounts.admin.confirmed import confirmed
from accounts.models import User
from booking.models import Booking, BookingChange
from booking.policies import POLICIES, share
from booking.services import cancelling, meetings, moving
from booking.walltime import is_shown_twice, moment_of
from tutorme.core import bulk_admin
from tutorme.core.bulk import By
from tutorme.core.errors import NotAllowed
from tutorme.core.read_only_admin import ReadOnlyAdmin

_SHARES = (100, 50, 0)
_NO_SUCH_HOUR = gettext_lazy(
    "The clocks of %(zone)s are put forward over this time: it does not exist on that day."
)


class _Reason(forms.Form):
    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        max_length=500,
        widget=UnfoldAdminTextInputWidget,
        help_text=gettext_lazy("Both read it in the lesson's history; kept in the audit trail."),
    )


class MoveForm(_Reason, bulk_admin.AboutRows):
    on = forms.DateField(label=gettext_lazy("New date"), widget=UnfoldAdminDateWidget)
    at = forms.TimeField(
        label=gettext_lazy("New time"),
        widget=UnfoldAdminTimeWidget,
        help_text=gettext_lazy("By the clock of the tutor, whose zone is named above."),
    )
    field_order = ("on", "at", "reason")

    def clean(self) -> dict[str, Any]:
        found = super().clean() or {}
        if "on" in found and "at" in found:
            wall = datetime.combine(found["on"], found["at"])
            zones = sorted({row.tutor_zone for row in self.rows})
            for zone in [zone for zone in zones if moment_of(zone, wall) is None]:
                self.add_error("at", _NO_SUCH_HOUR % {"zone": zone})
        return found


class CancelForm(_Reason):
    refund_percent = forms.TypedChoiceField(
        label=gettext_lazy("Back to the student"),
        choices=[(str(share), f"{share}%") for share in _SHARES],
        coerce=int,
        widget=UnfoldAdminSelectWidget,
    )
    as_credit = forms.BooleanField(
        label=gettext_lazy("As credit, to spend here"), required=False, widget=UnfoldBooleanWidget
    )
    field_order = ("refund_percent", "as_credit", "reason")


def _who(by: By) -> User:
    found: User = User.objects.get(pk=by.actor_id)
    return found


def what_moving_costs(row: Booking) -> str:
    at = date_format(row.starts_at.astimezone(ZoneInfo(row.tutor_zone)), "D j M Y, H:i")
    told = _("now %(at)s (%(zone)s). The price stays %(price)s; terms count from the new time")
    facts = {"at": at, "zone": row.tutor_zone, "price": row.price.localized()}
    return told % facts


def what_cancelling_costs(row: Booking) -> str:
    """By each of the choices, beside what the student would get by calling it off themselves."""
    if row.package_id:
        return _("a lesson of a package: all back returns it to the package, less uses it up")
    if not row.price_minor:
        return _("it costs nothing, so nothing goes back")
    policy = POLICIES[row.cancellation].sentence
    shares = "; ".join(
        _("%(percent)s%%: %(back)s to the student, %(rest)s stay paid")
        % {
            "percent": percent,
            "back": share(row.price, percent).localized(),
            "rest": (row.price - share(row.price, percent)).localized(),
        }
        for percent in _SHARES
    )
    return f"{shares}. {_('What the two agreed')}: {policy}"


@bulk_admin.action(
    "bookings.move",
    gettext_lazy("Move the lesson"),
    asks=MoveForm,
    talks=True,
    tells=what_moving_costs,
)
def move(row: Booking, by: By) -> str:
    wall = datetime.fromisoformat(f"{by.given['on']}T{by.given['at']}")
    start = moment_of(row.tutor_zone, wall)
    if start is None:
        raise NotAllowed(_NO_SUCH_HOUR % {"zone": row.tutor_zone})
    done = moving.move_for_both(
        booking_id=row.pk, by=_who(by), start=start, reason=by.given["reason"]
    )
    told = f"{date_format(done.starts_at, 'D j M Y, H:i')} UTC"
    if not is_shown_twice(row.tutor_zone, wall):
        return told
    return f"{told}. {_('The clocks show this time twice that day; it is the first of the two.')}"


@confirmed
@bulk_admin.action(
    "bookings.cancel",
    gettext_lazy("Cancel the lesson"),
    asks=CancelForm,
    destroys=True,
    tells=what_cancelling_costs,
)
def cancel(row: Booking, by: By) -> None:
    cancelling.call_off(
        booking_id=row.pk,
        by=_who(by),
        percent=by.given["refund_percent"],
        as_credit=by.given["as_credit"],
        reason=by.given["reason"],
    )


@bulk_admin.action(
    "bookings.remake_meeting",
    gettext_lazy("Make the meeting anew: at Zoom, Meet or Teams"),
    destroys=True,
)
def remake_meeting(row: Booking, by: By) -> None:
    meetings.make_anew(row.pk, actor_id=by.actor_id)


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
    list_filter = ("state", "meeting__platform", "cancellation", "tutor_zone")
    search_fields = ("id", "tutor__email", "student__email")
    list_select_related = ("tutor", "student", "lesson_type")
    date_hierarchy = "starts_at"
    ordering = ("-starts_at",)
    inlines = (ChangeInline,)
    actions = (move, cancel, remake_meeting)
