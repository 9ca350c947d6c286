"""Lessons with a tutor, for both of the people they are between."""

from datetime import UTC
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.models import User
from booking import queries, topics
from booking.forms.booking import MoveForm, ReasonForm
from booking.models import Booking
from booking.policies import POLICIES
from booking.services import cancelling
from booking.views import book
from tutorme.core.errors import DomainError

State = Booking.State
# What a state is called on a page, and the badge it wears.
WORDS = {
    State.HELD: (gettext_lazy("held for you"), "attention"),
    State.PENDING_PAYMENT: (gettext_lazy("being paid"), "attention"),
    State.PENDING_APPROVAL: (gettext_lazy("waits for the tutor"), "attention"),
    State.CONFIRMED: (gettext_lazy("confirmed"), "done"),
    State.IN_PROGRESS: (gettext_lazy("now"), "done"),
    State.COMPLETED: (gettext_lazy("held"), "done"),
    State.EXPIRED: (gettext_lazy("let go"), "plain"),
    State.DECLINED: (gettext_lazy("declined"), "plain"),
    State.CANCELLED_BY_STUDENT: (gettext_lazy("cancelled by the student"), "plain"),
    State.CANCELLED_BY_TUTOR: (gettext_lazy("cancelled by the tutor"), "plain"),
    State.CANCELLED_BY_PLATFORM: (gettext_lazy("cancelled by TutorMe"), "plain"),
    State.NO_SHOW_STUDENT: (gettext_lazy("the student was away"), "problem"),
    State.NO_SHOW_TUTOR: (gettext_lazy("the tutor was away"), "problem"),
    State.DISPUTED: (gettext_lazy("disputed"), "problem"),
    State.RESOLVED: (gettext_lazy("settled"), "plain"),
}
STANDING = (State.CONFIRMED, State.IN_PROGRESS, State.PENDING_APPROVAL)
TABS = {
    "upcoming": gettext_lazy("Coming"),
    "open": gettext_lazy("To be settled"),
    "past": gettext_lazy("Past"),
}
_PAGE = 20


def own(request: HttpRequest) -> QuerySet[Booking]:
    """Between this person and somebody: staff looks at others' in the admin."""
    rows = Booking.objects.concerning([request.user.pk]) if request.user.pk else None
    if rows is None:
        raise Http404
    return rows.select_related("tutor", "student", "lesson_type")


def one_of(request: HttpRequest, pk: UUID) -> Booking:
    row = own(request).filter(pk=pk).first()
    if row is None:
        raise Http404
    return row


@login_required
@require_safe
def lessons(request: HttpRequest) -> HttpResponse:
    tab = request.GET.get("tab", "upcoming")
    if tab not in TABS:
        raise Http404
    page = Paginator(_of_tab(own(request), tab), _PAGE).get_page(request.GET.get("page"))
    rows = [shown(row, request.user) for row in page]
    context = {"tab": tab, "tabs": TABS.items(), "rows": rows, "page": page}
    return render(request, "booking/lessons.html", context)


def _of_tab(rows: QuerySet[Booking], tab: str) -> QuerySet[Booking]:
    now = timezone.now()
    if tab == "upcoming":
        return rows.filter(state__in=STANDING, ends_at__gt=now).order_by("starts_at", "pk")
    waiting = (State.HELD, State.PENDING_PAYMENT)
    if tab == "open":
        return rows.filter(state__in=waiting, expires_at__gt=now).order_by("expires_at", "pk")
    past = rows.exclude(state__in=waiting).exclude(state__in=STANDING, ends_at__gt=now)
    return past.exclude(state=State.EXPIRED).order_by("-starts_at", "-pk")


def shown(row: Booking, viewer: Any) -> dict[str, Any]:
    word, badge = WORDS[State(row.state)]
    teaches = viewer.pk == row.tutor_id
    other = row.student if teaches else row.tutor
    return {
        "row": row,
        "word": word,
        "badge": badge,
        "teaches": teaches,
        "other": other,
        "other_zone": other.time_zone,
    }


@login_required
@require_safe
def lesson(request: HttpRequest, pk: UUID) -> HttpResponse:
    return _page(request, one_of(request, pk))


def _page(request: HttpRequest, row: Booking, error: DomainError | None = None) -> HttpResponse:
    assert isinstance(request.user, User)
    facts = shown(row, request.user)
    begins = row.starts_at > timezone.now()
    student = not facts["teaches"]
    due = cancelling.preview(row, by=request.user)
    changes = [
        (change, WORDS[State(change.state)][0])
        for change in row.changes.select_related("actor").order_by("version")
    ]
    context = {
        **facts,
        "topic": topics.topic_of(request.user, row.pk),
        "error": error,
        "due": due,
        "policy": POLICIES[row.cancellation].sentence,
        "changes": changes,
        "to_pay": student and row.state in {State.HELD, State.PENDING_PAYMENT},
        "to_answer": facts["teaches"] and row.state == State.PENDING_APPROVAL,
        "can_cancel": begins and _can_cancel(row, student=student),
        "can_move": begins and student and row.state == State.CONFIRMED and due.percent == 100,
    }
    status = error.status if error else 200
    return render(request, "booking/lesson.html", context, status=status)


def _can_cancel(row: Booking, *, student: bool) -> bool:
    if student:
        return row.state in {
            State.HELD,
            State.PENDING_PAYMENT,
            State.PENDING_APPROVAL,
            State.CONFIRMED,
        }
    return row.state == State.CONFIRMED


@login_required
@require_POST
def cancel(request: HttpRequest, pk: UUID) -> HttpResponse:
    assert isinstance(request.user, User)
    row, form = one_of(request, pk), ReasonForm(request.POST)
    reason = form.cleaned_data["reason"] if form.is_valid() else ""
    try:
        cancelling.cancel(booking_id=row.pk, by=request.user, reason=reason)
    except DomainError as error:
        return _page(request, row, error)
    messages.success(request, _("The lesson is cancelled. Both of you hear of it."))
    return redirect("lesson-booking", pk=pk)


@login_required
@require_POST
def answer(request: HttpRequest, pk: UUID) -> HttpResponse:
    assert isinstance(request.user, User)
    row, form = one_of(request, pk), ReasonForm(request.POST)
    reason = form.cleaned_data["reason"] if form.is_valid() else ""
    accept = request.POST.get("answer") == "accept"
    try:
        cancelling.answer(booking_id=row.pk, tutor=request.user, accept=accept, reason=reason)
    except DomainError as error:
        return _page(request, row, error)
    told = _("The lesson is confirmed.") if accept else _("The request is declined.")
    messages.success(request, told)
    return redirect("lesson-booking", pk=pk)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def move(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Another time for the same lesson, chosen as the first one was."""
    assert isinstance(request.user, User)
    row = one_of(request, pk)
    schedule = queries.schedule_of(row.tutor_id)
    if row.student_id != request.user.pk or schedule is None:
        raise Http404
    form = MoveForm(request.POST or None)
    status = 200
    if request.method == "POST" and form.is_valid():
        start = form.cleaned_data["start"].astimezone(UTC)
        try:
            cancelling.reschedule(booking_id=row.pk, by=request.user, start=start)
        except DomainError as error:
            form.add_error(None, error.detail)
            status = error.status
        else:
            messages.success(request, _("The lesson is moved. Both of you hear of it."))
            return redirect("lesson-booking", pk=pk)
    context = {
        **shown(row, request.user),
        "form": form,
        **book.times(request, schedule, row.minutes),
    }
    return render(request, "booking/move.html", context, status=status)
