"""A tutor's week: what is open, what is booked, what is busy elsewhere."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.models import User
from booking import queries
from booking.models import ACTIVE_STATES, Booking, BusyTime, GroupSession, Schedule
from booking.services import schedules
from booking.slots import Diary, Taken
from booking.views import clock_changes
from booking.walltime import Span
from booking.words import WORDS

DAYS = 7
# What the grid of half-hours shows where nothing is earlier or later.
_FIRST, _LAST = 8, 20
_SHOWN = (*ACTIVE_STATES, "completed", "no_show_student", "no_show_tutor", "disputed")


@dataclass(frozen=True)
class Entry:
    """`kind` is open, lesson, group or busy."""

    span: Span
    kind: str
    heading: str
    word: Any = ""
    href: str = ""


@dataclass(frozen=True)
class Placed:
    """In rows of half an hour of the tutor's day, from 1."""

    entry: Entry
    start: datetime
    end: datetime
    row: int
    rows: int


@dataclass(frozen=True)
class Day:
    on: date
    is_today: bool
    entries: list[Placed]


@login_required
@require_safe
def week(request: HttpRequest) -> HttpResponse:
    user = request.user
    if not isinstance(user, User) or not user.is_tutor:
        raise Http404
    schedule = queries.schedule_of(user.pk) or schedules.ensure(
        tutor_id=user.pk, time_zone=user.time_zone
    )
    zone = ZoneInfo(schedule.time_zone)
    monday = _monday(request, zone)
    entries = [
        *_open(schedule, monday),
        *_booked(user, monday, zone),
        *_elsewhere(user, monday, zone),
    ]
    first, last = _bounds(entries, zone)
    days = [_day(monday + timedelta(days=n), entries, zone, first) for n in range(DAYS)]
    context = {
        "schedule": schedule,
        "unseen": queries.unseen(user.pk),
        "days": days,
        "monday": monday,
        "last": monday + timedelta(days=DAYS - 1),
        "earlier": monday - timedelta(days=DAYS),
        "later": monday + timedelta(days=DAYS),
        "hours": [(2 * (at - first) + 1, time(at)) for at in range(first, last)],
        "rows": 2 * (last - first),
        "change": _change(schedule.time_zone, monday, zone),
    }
    return render(request, "booking/calendar.html", context)


def _monday(request: HttpRequest, zone: ZoneInfo) -> date:
    today = timezone.now().astimezone(zone).date()
    try:
        asked = date.fromisoformat(request.GET.get("week", ""))
    except ValueError:
        asked = today
    near = min(max(asked, today - timedelta(days=730)), today + timedelta(days=730))
    return near - timedelta(days=near.weekday())


def _between(monday: date, zone: ZoneInfo) -> Span:
    start, end = (
        datetime.combine(monday + timedelta(days=n), time(0), zone).astimezone(UTC)
        for n in (0, DAYS)
    )
    return Span(start, end)


def _open(schedule: Schedule, monday: date) -> list[Entry]:
    diary = Diary(queries.rules_of(schedule), Taken(), now=timezone.now())
    return [
        Entry(span, "open", _("open"))
        for n in range(DAYS)
        for span in diary.pieces(monday + timedelta(days=n))
    ]


def _booked(user: User, monday: date, zone: ZoneInfo) -> list[Entry]:
    between = _between(monday, zone)
    near = {"ends_at__gt": between.start, "starts_at__lt": between.end}
    rows = Booking.objects.filter(tutor=user, group=None, state__in=_SHOWN, **near)
    sessions = GroupSession.objects.with_taken().filter(tutor=user, **near)
    lessons = [
        Entry(
            Span(row.starts_at, row.ends_at),
            "lesson",
            row.student.display_name,
            WORDS[Booking.State(row.state)][0],
            reverse("lesson-booking", args=[row.pk]),
        )
        for row in rows.select_related("student")
    ]
    return lessons + [
        Entry(Span(row.starts_at, row.ends_at), "group", row.lesson_type.title, _seats(row))
        for row in sessions.exclude(state="cancelled").select_related("lesson_type")
    ]


def _seats(row: GroupSession) -> str:
    return _("%(taken)d of %(all)d seats") % {"taken": row.taken, "all": row.capacity}


def _elsewhere(user: User, monday: date, zone: ZoneInfo) -> list[Entry]:
    between = _between(monday, zone)
    rows = BusyTime.objects.filter(tutor=user, ends_at__gt=between.start, starts_at__lt=between.end)
    rows = rows.exclude(reference=BusyTime.UNSEEN)
    return [Entry(Span(row.starts_at, row.ends_at), "busy", _("busy elsewhere")) for row in rows]


def _bounds(entries: Iterable[Entry], zone: ZoneInfo) -> tuple[int, int]:
    """The hours of the day that hold everything; a span past midnight takes the whole day."""
    first, last = _FIRST, _LAST
    for entry in entries:
        start, end = entry.span.start.astimezone(zone), entry.span.end.astimezone(zone)
        if end.date() != start.date() and end.time() != time(0):
            return 0, 24
        first = min(first, start.hour)
        last = max(last, 24 if end.date() != start.date() else end.hour + bool(end.minute))
    return first, last


def _day(on: date, entries: Iterable[Entry], zone: ZoneInfo, first: int) -> Day:
    midnight = datetime.combine(on, time(0))
    placed = []
    for entry in entries:
        start, end = (
            moment.astimezone(zone).replace(tzinfo=None)
            for moment in (entry.span.start, entry.span.end)
        )
        cut_start, cut_end = max(start, midnight), min(end, midnight + timedelta(days=1))
        if cut_start < cut_end:
            placed.append(_placed(entry, cut_start, cut_end, midnight + timedelta(hours=first)))
    order = {"open": 0}
    placed.sort(key=lambda each: (order.get(each.entry.kind, 1), each.start))
    return Day(on, on == timezone.now().astimezone(zone).date(), placed)


def _placed(entry: Entry, start: datetime, end: datetime, top: datetime) -> Placed:
    half = timedelta(minutes=30)
    row = max(0, (start - top) // half)
    last = -((top - end) // half)
    return Placed(entry, start, end, row + 1, max(1, last - row))


def _change(name: str, monday: date, zone: ZoneInfo) -> clock_changes.ClockChange | None:
    between = _between(monday, zone)
    found = clock_changes.next_one(name, now=between.start)
    return found if found and found.at <= between.end else None
