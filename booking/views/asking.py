"""What the two ask of each other and of the house about a lesson; seats and waiting. Each is one
form, sent from a page that shows what came of it."""

from collections.abc import Callable
from datetime import UTC, datetime, time, timedelta
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.models import User
from booking.forms.booking import DisputeForm, PayForm, ProposalForm, ReviewForm, WaitForm
from booking.models import Booking, GroupSession, MoveProposal
from booking.services import disputes, groups, holding, moving, reviews, waitlist
from booking.views import book, lessons
from tutorme.core.errors import DomainError


def _user(request: HttpRequest) -> User:
    assert isinstance(request.user, User)
    return request.user


def _wrong(form: forms.Form) -> str:
    return " ".join(str(text) for texts in form.errors.values() for text in texts)


def _about_lesson(
    request: HttpRequest,
    pk: UUID,
    form: forms.Form,
    act: Callable[[Booking, dict[str, Any]], Any],
    said: str,
) -> HttpResponse:
    """Does it, and shows the lesson: with what is wrong, or what came of it."""
    row = lessons.one_of(request, pk)
    if not form.is_valid():
        return lessons.page(request, row, wrong=_wrong(form))
    try:
        act(row, form.cleaned_data)
    except DomainError as error:
        return lessons.page(request, row, error)
    messages.success(request, said)
    return redirect("lesson-booking", pk=pk)


@login_required
@require_POST
def take_up(request: HttpRequest, pk: UUID) -> HttpResponse:
    def act(row: Booking, given: dict[str, Any]) -> None:
        holding.take_up(booking_id=row.pk, student=_user(request), **given["pay"])

    return _about_lesson(request, pk, PayForm(request.POST), act, _("The lesson is yours."))


@login_required
@require_POST
def propose(request: HttpRequest, pk: UUID) -> HttpResponse:
    def act(row: Booking, given: dict[str, Any]) -> None:
        moving.propose(
            booking_id=row.pk,
            by=_user(request),
            start=given["start"].astimezone(UTC),
            note=given["note"],
        )

    said = _("Asked. The lesson moves once the other one agrees.")
    return _about_lesson(request, pk, ProposalForm(request.POST), act, said)


@login_required
@require_POST
def answer_proposal(request: HttpRequest, pk: UUID) -> HttpResponse:
    made = MoveProposal.objects.filter(pk=pk).first()
    if made is None:
        raise Http404
    accept = request.POST.get("answer") == "accept"

    def act(_row: Booking, _given: dict[str, Any]) -> None:
        moving.answer(proposal_id=pk, by=_user(request), accept=accept)

    said = _("The lesson is moved.") if accept else _("The lesson stays where it is.")
    return _about_lesson(request, made.booking_id, forms.Form(request.POST), act, said)


@login_required
@require_POST
def dispute(request: HttpRequest, pk: UUID) -> HttpResponse:
    def act(row: Booking, given: dict[str, Any]) -> None:
        disputes.open_case(booking_id=row.pk, by=_user(request), **given)

    said = _("We look into it. The money waits until then.")
    return _about_lesson(request, pk, DisputeForm(request.POST), act, said)


@login_required
@require_POST
def review(request: HttpRequest, pk: UUID) -> HttpResponse:
    def act(row: Booking, given: dict[str, Any]) -> None:
        if row.student_id != request.user.pk:
            raise Http404
        reviews.write(student=_user(request), tutor_id=row.tutor_id, **given)

    said = _("Thank you. It stands on the tutor's page.")
    return _about_lesson(request, pk, ReviewForm(request.POST), act, said)


@login_required
@require_POST
def join_group(request: HttpRequest, pk: UUID) -> HttpResponse:
    group = GroupSession.objects.select_related("tutor").filter(pk=pk).first()
    form = PayForm(request.POST)
    if group is None or not form.is_valid():
        raise Http404
    try:
        row = groups.join(student=_user(request), group_id=pk, **form.cleaned_data["pay"])
    except DomainError as error:
        return _back_to(request, group.tutor, error)
    return book.after_hold(row)


@login_required
@require_POST
def wait_for_group(request: HttpRequest, pk: UUID) -> HttpResponse:
    group = GroupSession.objects.select_related("tutor").filter(pk=pk).first()
    if group is None:
        raise Http404
    try:
        waitlist.join_group(student=_user(request), group_id=pk)
    except DomainError as error:
        return _back_to(request, group.tutor, error)
    return _waiting(request)


@login_required
@require_POST
def wait(request: HttpRequest, slug: str) -> HttpResponse:
    """Whole days of the viewer's calendar."""
    tutor, form = book.tutor_of(slug), WaitForm(request.POST)
    if not form.is_valid():
        messages.error(request, _wrong(form))
        return redirect("book", slug=slug)
    given = form.cleaned_data
    try:
        waitlist.join(
            student=_user(request),
            lesson_type_id=given["kind"],
            earliest=_midnight(given["first"]),
            latest=_midnight(given["last"] + timedelta(days=1)),
        )
    except DomainError as error:
        return _back_to(request, tutor, error)
    return _waiting(request)


def _midnight(on: Any) -> datetime:
    return timezone.make_aware(datetime.combine(on, time(0))).astimezone(UTC)


def _back_to(request: HttpRequest, tutor: User, error: DomainError) -> HttpResponse:
    rows = error.extras.get("errors") or []
    messages.error(request, " ".join(row["detail"] for row in rows) or str(error.detail))
    return redirect("book", slug=tutor.username.lower())


def _waiting(request: HttpRequest) -> HttpResponse:
    messages.success(request, _("You hear from us when a time becomes free."))
    return redirect("lessons-waiting")


@login_required
@require_POST
def leave(request: HttpRequest, pk: UUID) -> HttpResponse:
    try:
        waitlist.leave(entry_id=pk, student=_user(request))
    except DomainError as error:
        raise Http404 from error
    messages.success(request, _("You wait no longer."))
    return redirect("lessons-waiting")
