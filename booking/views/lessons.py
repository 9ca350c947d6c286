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
from booking.forms.booking import DisputeForm, MoveForm, ProposalForm, ReasonForm, ReviewForm
from booking.models import Booking, LessonReview, WaitlistEntry
from booking.policies import sentence
from booking.services import cancelling, disputes, moving, securing
from booking.services.cancelling import Preview
from booking.views import book, timeline
from booking.words import WORDS
from tutorme.core.errors import DomainError

State = Booking.State
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
    return rows.select_related("tutor", "student", "lesson_type", "series", "group")


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


@login_required
@require_safe
def waiting(request: HttpRequest) -> HttpResponse:
    """What one waits for, and what is offered."""
    mine = WaitlistEntry.objects.filter(student_id=request.user.pk)
    live = mine.filter(state__in=(WaitlistEntry.State.WAITING, WaitlistEntry.State.OFFERED))
    rows = live.select_related("tutor", "lesson_type", "group", "booking").order_by("created_at")
    context = {"tab": "waiting", "tabs": TABS.items(), "entries": rows}
    return render(request, "booking/waiting.html", context)


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
    return page(request, one_of(request, pk))


def page(
    request: HttpRequest, row: Booking, error: DomainError | None = None, wrong: str = ""
) -> HttpResponse:
    """The lesson, with what each of the two can do about it now."""
    assert isinstance(request.user, User)
    facts = shown(row, request.user)
    due = cancelling.preview(row, by=request.user)
    context = {
        **facts,
        **_to_do(row, due, student=not facts["teaches"]),
        "topic": topics.topic_of(request.user, row.pk),
        "error": error,
        "wrong": wrong,
        "due": due,
        "policy": sentence(row.cancellation, is_trial=row.lesson_type.is_trial),
        "timeline": timeline.of(row),
        "case": getattr(row, "dispute", None),
        "ways": book.ways_to_pay(request, row.lesson_type),
    }
    status = error.status if error else 422 if wrong else 200
    return render(request, "booking/lesson.html", context, status=status)


def _to_do(row: Booking, due: Preview, *, student: bool) -> dict[str, Any]:
    now = timezone.now()
    begins = row.starts_at > now
    movable = begins and row.state == State.CONFIRMED and row.group_id is None
    held = row.state in {State.HELD, State.PENDING_PAYMENT} and bool(
        row.expires_at and row.expires_at > now
    )
    asked = moving.open_proposal(row) if movable else None
    review = LessonReview.objects.filter(tutor_id=row.tutor_id, student_id=row.student_id)
    return {
        "to_pay": student and held,
        "under_way": securing.order_under_way(row) if student and held else None,
        "seconds_left": int((row.expires_at - now).total_seconds()) if row.expires_at else 0,
        "to_answer": not student and row.state == State.PENDING_APPROVAL,
        "can_cancel": begins and _can_cancel(row, student=student),
        "can_move": movable and student and due.percent == 100,
        "can_propose": movable and not (student and due.percent == 100),
        "asked": asked,
        "proposal_form": ProposalForm(),
        "can_dispute": disputes.may_open(row, now=now),
        "dispute_form": DisputeForm(),
        "can_review": student and row.state == State.COMPLETED,
        "review_form": _review_form(review.first()) if student else None,
    }


def _review_form(written: LessonReview | None) -> ReviewForm:
    if written is None:
        return ReviewForm()
    return ReviewForm(initial={"stars": written.stars, "text": written.text})


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
    given = form.cleaned_data if form.is_valid() else {"reason": "", "as_credit": False}
    try:
        cancelling.cancel(booking_id=row.pk, by=request.user, **given)
    except DomainError as error:
        return page(request, row, error)
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
        return page(request, row, error)
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
            moving.reschedule(booking_id=row.pk, by=request.user, start=start)
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
