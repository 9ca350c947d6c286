"""A tutor's hours and offers."""

from datetime import UTC
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.models import User
from booking import queries
from booking.errors import GroupOver
from booking.forms.availability import AvailabilityForm, GroupForm, LessonTypeForm
from booking.models import GroupSession, Schedule
from booking.services import groups, offers, schedules
from booking.views import clock_changes
from tutorme.core.errors import DomainError


def _tutor(request: HttpRequest) -> User:
    assert isinstance(request.user, User)
    if not request.user.is_tutor:
        raise Http404
    return request.user


def _schedule(user: User) -> Schedule:
    row = queries.schedule_of(user.pk)
    if row is None:
        schedules.ensure(tutor_id=user.pk, time_zone=user.time_zone)
        row = queries.schedule_of(user.pk)
    assert row is not None
    return row


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def availability(request: HttpRequest) -> HttpResponse:
    user = _tutor(request)
    form = AvailabilityForm(request.POST or None, schedule=_schedule(user))
    if request.method == "POST" and form.is_valid():
        try:
            schedules.change(
                tutor_id=user.pk,
                changes=form.changes(),
                expected_version=form.cleaned_data["version"],
            )
        except DomainError as error:
            form.add_error(None, _said(error))
        else:
            messages.success(request, _("Your hours are saved."))
            return redirect("teach-availability")
    return _page(request, user, form, LessonTypeForm())


def _said(error: DomainError) -> str:
    rows = error.extras.get("errors") or []
    return " ".join(row["detail"] for row in rows) or error.detail


@login_required
@require_POST
def offer(request: HttpRequest) -> HttpResponse:
    user = _tutor(request)
    form = LessonTypeForm(request.POST)
    if form.is_valid():
        try:
            offers.offer(tutor_id=user.pk, **form.offer())
        except DomainError as error:
            form.add_error(None, error.detail)
        else:
            messages.success(request, _("It can be booked now."))
            return redirect("teach-availability")
    return _page(request, user, AvailabilityForm(schedule=_schedule(user)), form)


@login_required
@require_POST
def withdraw(request: HttpRequest, pk: UUID) -> HttpResponse:
    offers.withdraw(tutor_id=_tutor(request).pk, lesson_type_id=pk)
    messages.success(request, _("It is no longer offered. What is booked stays."))
    return redirect("teach-availability")


@login_required
@require_POST
def open_group(request: HttpRequest) -> HttpResponse:
    """A time for a lesson for several."""
    user = _tutor(request)
    setting = GroupForm(request.POST, kinds=queries.lesson_types(user.pk))
    if setting.is_valid():
        given = setting.cleaned_data
        try:
            groups.open_session(
                tutor=user,
                lesson_type_id=UUID(given["kind"]),
                start=given["start"].astimezone(UTC),
            )
        except DomainError as error:
            setting.add_error(None, _said(error))
        else:
            messages.success(request, _("It stands on your booking page."))
            return redirect("teach-availability")
    form = AvailabilityForm(schedule=_schedule(user))
    return _page(request, user, form, LessonTypeForm(), setting)


@login_required
@require_POST
def cancel_group(request: HttpRequest, pk: UUID) -> HttpResponse:
    try:
        groups.cancel(group_id=pk, tutor=_tutor(request))
    except GroupOver as error:
        messages.error(request, str(error.detail))
    else:
        messages.success(request, _("It is called off. Everybody gets everything back."))
    return redirect("teach-availability")


def _page(
    request: HttpRequest,
    user: User,
    form: AvailabilityForm,
    offering: LessonTypeForm,
    setting: GroupForm | None = None,
) -> HttpResponse:
    kinds = queries.lesson_types(user.pk)
    ahead = GroupSession.objects.with_taken().ahead(timezone.now()).filter(tutor=user)
    context = {
        "form": form,
        "offering": offering,
        "kinds": kinds,
        "unseen": queries.unseen(user.pk),
        "groups": ahead.select_related("lesson_type"),
        "setting": setting or GroupForm(kinds=kinds),
        "clock_change": clock_changes.next_one(str(form["time_zone"].value())),
    }
    status = 422 if form.errors or offering.errors or (setting and setting.errors) else 200
    return render(request, "booking/availability.html", context, status=status)
