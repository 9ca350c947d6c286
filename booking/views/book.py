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
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.models import User
from booking import queries, topics
from booking.forms.booking import HoldForm, WaitForm
from booking.models import Booking, GroupSession, LessonType, Schedule
from booking.policies import sentence
from booking.queries import Day, Slot
from booking.services import holding, paying
from booking.walltime import Span
from payments.models import Package
from tutorme.core.errors import DomainError
from tutorme.core.row_security import as_system

STRIP_DAYS = 14
_NEAREST = 3
_MOST_GROUPS = 20


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
    offered = queries.lesson_types(tutor.pk)
    kinds = [kind for kind in offered if not kind.is_group]
    if schedule is None or not schedule.is_open or not offered or tutor.pk == request.user.pk:
        return render(request, "booking/closed.html", {"tutor": tutor}, status=404)
    if request.method == "POST":
        return _hold(request, tutor, schedule, kinds)
    if not kinds:
        return render(request, "booking/together.html", _together(tutor))
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
    start = given["start"].astimezone(UTC)
    wish = holding.Wish(given["kind"], start, given["note"], **given["pay"])
    try:
        row = holding.hold(student=request.user, wish=wish)
    except DomainError as error:
        form.add_error(None, error.detail)
        return _page(request, tutor, schedule, kinds, form, status=error.status)
    topics.attach(given["about"], booking_id=row.pk, tutor_id=tutor.pk, student_id=request.user.pk)
    return after_hold(row)


def after_hold(row: Booking) -> HttpResponse:
    """To the checkout, if there is anything left to pay."""
    if row.state == Booking.State.HELD:
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
    kind = chosen_kind(request, kinds)
    about = _about(request)
    context = {
        **_together(tutor),
        "waiting": WaitForm(initial=_stretch(request, kind)),
        "ways": ways_to_pay(request, kind),
        "kinds": kinds,
        "kind": kind,
        "form": form,
        "about": about,
        "kept": f"kind={kind.pk}&" + (f"about={about}&" if about else ""),
        "policy": sentence(schedule.cancellation, is_trial=kind.is_trial),
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


@as_system("how many seats of a class are taken; not whose")
def _together(tutor: User) -> dict[str, Any]:
    """Lessons for several with this tutor, and their seats."""
    ahead = GroupSession.objects.with_taken().ahead(timezone.now()).filter(tutor=tutor)
    rows = ahead.select_related("lesson_type")[:_MOST_GROUPS]
    return {
        "tutor": tutor,
        "groups": [(row, max(0, row.capacity - row.taken)) for row in rows],
    }


def _stretch(request: HttpRequest, kind: LessonType) -> dict[str, Any]:
    first = _first(request)
    return {"kind": kind.pk, "first": first, "last": first + timedelta(days=STRIP_DAYS - 1)}


def ways_to_pay(request: HttpRequest, kind: LessonType) -> list[tuple[str, str]]:
    """Besides the checkout: values of the field `pay` and their words."""
    if not kind.price_minor or request.user.pk is None:
        return []
    found = [
        (str(row.pk), _("A lesson of “%(title)s”, %(left)d left") % _facts(row))
        for row in paying.fitting(request.user.pk, kind).select_related("offer")
    ]
    if paying.has_credit_for(request.user.pk, kind):
        found.append(("credit", _("Your credit")))
    return found


def _facts(row: Package) -> dict[str, Any]:
    return {"title": row.offer.title, "left": row.left}


def chosen_kind(request: HttpRequest, kinds: list[LessonType]) -> LessonType:
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
