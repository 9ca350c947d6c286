"""The same hour every week: looked at first, with what clock changes do to it, then booked."""

from datetime import UTC
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from accounts.models import User
from booking import queries
from booking.forms.booking import SeriesForm
from booking.models import Booking, LessonType, Schedule
from booking.policies import POLICIES
from booking.services import series
from booking.services.series import Occurrence
from booking.views import book
from tutorme.core.errors import DomainError
from tutorme.core.money import Money

REASONS = {
    "taken": gettext_lazy("somebody else has it"),
    "student-busy": gettext_lazy("you have another lesson then"),
    "outside-hours": gettext_lazy("outside the tutor's hours"),
    "off-grid": gettext_lazy("not one of the tutor's times"),
    "too-soon": gettext_lazy("too soon"),
    "too-far": gettext_lazy("further ahead than the tutor plans"),
    "day-full": gettext_lazy("the tutor's day is full"),
    "week-full": gettext_lazy("the tutor's week is full"),
}


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def weekly(request: HttpRequest, slug: str, kind_id: UUID) -> HttpResponse:
    assert isinstance(request.user, User)
    tutor = book.tutor_of(slug)
    schedule = queries.schedule_of(tutor.pk)
    kind = next((each for each in queries.lesson_types(tutor.pk) if each.pk == kind_id), None)
    if schedule is None or kind is None or kind.is_group or kind.is_trial or tutor == request.user:
        raise Http404
    form = SeriesForm(_given(request), clocks=_clocks(schedule))
    if request.method == "POST" and form.is_valid():
        try:
            row = series.book(student=request.user, wish=_wish(kind, form.cleaned_data))
        except DomainError as error:
            form.add_error(None, error.detail)
        else:
            return _after(row.pk, is_paid=not _is_held(row.pk))
    return _page(request, tutor, schedule, kind, form)


def _given(request: HttpRequest) -> Any:
    """The form as sent; from the strip only the first time is known, the rest begins as usual."""
    if request.method == "POST":
        return request.POST
    usual = {"lessons": "4", "every_weeks": "1", "clock": timezone.get_current_timezone_name()}
    return {**usual, **request.GET.dict()}


def _clocks(schedule: Schedule) -> list[tuple[str, Any]]:
    """The reader's and the tutor's, if they differ."""
    here, there = timezone.get_current_timezone_name(), schedule.time_zone
    rows = [(here, _("mine (%(zone)s)") % {"zone": here.replace("_", " ")})]
    if there != here:
        rows.append((there, _("the tutor's (%(zone)s)") % {"zone": there.replace("_", " ")}))
    return rows


def _wish(kind: LessonType, given: dict[str, Any]) -> series.Wish:
    return series.Wish(
        kind.pk,
        given["start"].astimezone(UTC),
        given["lessons"],
        given["clock"],
        every_weeks=given["every_weeks"],
        skipping=given["skipping"],
        **given["pay"],
    )


def _is_held(series_id: UUID) -> bool:
    return Booking.objects.filter(series_id=series_id, state=Booking.State.HELD).exists()


def _after(series_id: UUID, *, is_paid: bool) -> HttpResponse:
    if is_paid:
        return redirect("lessons")
    return redirect("payments-checkout", kind=series.KIND, target_id=series_id)


def _page(
    request: HttpRequest, tutor: User, schedule: Schedule, kind: LessonType, form: SeriesForm
) -> HttpResponse:
    assert isinstance(request.user, User)
    form.is_valid()
    rows = _looked(request.user, kind, schedule, form.cleaned_data)
    free = [row for row in rows if not row["why"]]
    context = {
        "tutor": tutor,
        "schedule": schedule,
        "kind": kind,
        "form": form,
        "rows": rows,
        "free": len(free),
        "total": Money(kind.price_minor * len(free), kind.currency),
        "moves": any(row["moves"] for row in rows),
        "policy": POLICIES[schedule.cancellation].sentence,
        "ways": book.ways_to_pay(request, kind),
    }
    status = 422 if request.method == "POST" else 200
    return render(request, "booking/series.html", context, status=status)


def _looked(
    student: User, kind: LessonType, schedule: Schedule, given: dict[str, Any]
) -> list[dict[str, Any]]:
    """What is right of the form is enough to look."""
    if "start" not in given:
        return []
    wish = _wish(kind, {**_USUAL, **given})
    return _shown(series.look(student=student, wish=wish), schedule)


_USUAL: dict[str, Any] = {
    "lessons": 4,
    "every_weeks": 1,
    "clock": "UTC",
    "skipping": True,
    "pay": {},
}


def _shown(found: list[Occurrence], schedule: Schedule) -> list[dict[str, Any]]:
    """`moves`: on either clock the hour is another than in the first lesson."""
    here, there = timezone.get_current_timezone(), ZoneInfo(schedule.time_zone)
    first = found[0].start
    hours = {zone: first.astimezone(zone).time() for zone in (here, there)}
    return [
        {
            "start": each.start,
            "why": REASONS.get(each.reason) if each.reason else "",
            "moves": any(each.start.astimezone(zone).time() != at for zone, at in hours.items()),
        }
        for each in found
    ]
