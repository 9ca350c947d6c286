"""Booking a tutor: what, when, and done. Every step is a link or a form."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from accounts.models import User
from booking import queries, topics
from booking.forms.booking import HoldForm
from booking.models import LessonType, Schedule
from booking.policies import POLICIES
from booking.queries import Day, Slot
from booking.services import holding
from booking.walltime import Span
from tutorme.core.errors import DomainError

STRIP_DAYS = 14
_NEAREST = 3


@dataclass(frozen=True)
class StripDay:
    on: date
    free: int
    is_chosen: bool


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def book(request: HttpRequest, slug: str) -> HttpResponse:
    tutor = tutor_of(slug)
    schedule = queries.schedule_of(tutor.pk)
    kinds = queries.lesson_types(tutor.pk)
    if schedule is None or not schedule.is_open or not kinds or tutor.pk == request.user.pk:
        return render(request, "booking/closed.html", {"tutor": tutor}, status=404)
    if request.method == "POST":
        return _hold(request, tutor, schedule, kinds)
    return _page(request, tutor, schedule, kinds, HoldForm())


def tutor_of(slug: str) -> User:
    tutor: User | None = User.objects.filter(username__iexact=slug, is_active=True).first()
    if tutor is None or not queries.is_bookable(tutor.pk):
        raise Http404
    return tutor


def _hold(
    request: HttpRequest, tutor: User, schedule: Schedule, kinds: list[LessonType]
) -> HttpResponse:
    assert isinstance(request.user, User)
    form = HoldForm(request.POST)
    if not form.is_valid():
        return _page(request, tutor, schedule, kinds, form, status=422)
    given = form.cleaned_data
    wish = holding.Wish(given["kind"], given["start"].astimezone(UTC), given["note"])
    try:
        row = holding.hold(student=request.user, wish=wish)
    except DomainError as error:
        form.add_error(None, error.detail)
        return _page(request, tutor, schedule, kinds, form, status=error.status)
    topics.attach(given["about"], booking_id=row.pk, tutor_id=tutor.pk, student_id=request.user.pk)
    if row.price:
        return redirect("payments-checkout", kind="booking", target_id=row.pk)
    return redirect("lesson-booking", pk=row.pk)


def _page(
    request: HttpRequest,
    tutor: User,
    schedule: Schedule,
    kinds: list[LessonType],
    form: HoldForm,
    status: int = 200,
) -> HttpResponse:
    kind = _chosen_kind(request, kinds)
    about = _about(request)
    context = {
        "tutor": tutor,
        "kinds": kinds,
        "kind": kind,
        "form": form,
        "about": about,
        "kept": f"kind={kind.pk}&" + (f"about={about}&" if about else ""),
        "policy": POLICIES[schedule.cancellation].sentence,
        **times(request, schedule, kind.minutes, form),
    }
    return render(request, "booking/book.html", context, status=status)


def times(
    request: HttpRequest, schedule: Schedule, minutes: int, form: HoldForm | None = None
) -> dict[str, Any]:
    """What the strip of dates and the rail of times show."""
    first = _first(request)
    days = free_days(schedule, minutes, first=first)
    on = _chosen_date(request, days)
    chosen = next((day for day in days if day.on == on), None)
    return {
        "schedule": schedule,
        "strip": strip(days, on, first),
        "first": first,
        "on": on,
        "slots": chosen.slots if chosen else [],
        "nearest": nearest(days, form) if form else [],
        "later": first + timedelta(days=STRIP_DAYS),
        "clocks_move": clock_changes(days, schedule),
    }


def _chosen_kind(request: HttpRequest, kinds: list[LessonType]) -> LessonType:
    wanted = request.POST.get("kind") or request.GET.get("kind", "")
    return next((kind for kind in kinds if str(kind.pk) == wanted), kinds[0])


def _about(request: HttpRequest) -> str:
    """The id of what the lesson is to be about, as the address or the form carries it."""
    try:
        return str(UUID(request.POST.get("about") or request.GET.get("about", "")))
    except ValueError:
        return ""


def _first(request: HttpRequest) -> date:
    """The strip begins today, or where its reader turned to; never before today."""
    today = timezone.localdate()
    try:
        asked = date.fromisoformat(request.GET.get("from", ""))
    except ValueError:
        return today
    return min(max(today, asked), today + timedelta(days=365))


def free_days(schedule: Schedule, minutes: int, *, first: date) -> list[Day]:
    """The strip's free times by the viewer's dates."""
    zone = timezone.get_current_timezone_name()
    start = timezone.make_aware(datetime.combine(first, datetime.min.time()))
    end = timezone.make_aware(
        datetime.combine(first + timedelta(days=STRIP_DAYS), datetime.min.time())
    )
    between = Span(start.astimezone(UTC), end.astimezone(UTC))
    return queries.slots(schedule, between, minutes=minutes, zone=zone, now=timezone.now())


def _chosen_date(request: HttpRequest, days: list[Day]) -> date | None:
    try:
        return date.fromisoformat(request.GET.get("date", ""))
    except ValueError:
        return days[0].on if days else None


def strip(days: list[Day], chosen: date | None, first: date) -> list[StripDay]:
    free = {day.on: len(day.slots) for day in days}
    dates = (first + timedelta(days=n) for n in range(STRIP_DAYS))
    return [StripDay(on, free.get(on, 0), on == chosen) for on in dates]


def nearest(days: list[Day], form: HoldForm) -> list[Slot]:
    """After a time turned out to be gone: the three free ones around it."""
    wanted: Any = getattr(form, "cleaned_data", {}).get("start")
    if wanted is None or not form.errors:
        return []
    slots = [slot for day in days for slot in day.slots]
    closest = sorted(slots, key=lambda slot: abs(slot.start - wanted))[:_NEAREST]
    return sorted(closest, key=lambda slot: slot.start)


def clock_changes(days: list[Day], schedule: Schedule) -> bool:
    """Whether the two clocks move apart within these days: then the tutor's same hour is another
    one for the student."""
    starts = [slot.start for day in days for slot in day.slots]
    return len({_apart(start, schedule) for start in starts}) > 1


def _apart(moment: datetime, schedule: Schedule) -> timedelta:
    here = timezone.localtime(moment).replace(tzinfo=None)
    there = moment.astimezone(ZoneInfo(schedule.time_zone)).replace(tzinfo=None)
    return here - there
