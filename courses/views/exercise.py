"""Handing in an exercise. Its page is the lesson's; every step here is a form that leads back."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from courses.exercise_desk import desk_of
from courses.forms import sequence_in
from courses.forms.assessment import SubmissionForm
from courses.models import Submission
from courses.services import submissions
from courses.views.learn import Place, place_of
from tutorme.core.errors import DomainError, NotFound


def _draft(place: Place) -> Submission:
    found = desk_of(place.lesson, place.enrollment).draft if place.enrollment else None
    if found is None:
        raise NotFound
    return found


@login_required
@require_POST
def begin(request: HttpRequest, slug: str, key: str) -> HttpResponse:
    place = place_of(request, slug, key)
    try:
        submissions.begin(user=request.user, lesson_id=place.lesson.pk)
    except DomainError as error:
        messages.error(request, error.detail)
    return redirect("courses-lesson", slug=slug, key=key)


@login_required
@require_POST
def work(request: HttpRequest, slug: str, key: str) -> HttpResponse:
    """Saves the draft with what was attached; hands it in where `submit` was pressed."""
    place = place_of(request, slug, key)
    draft = _draft(place)
    form = SubmissionForm(request.POST, request.FILES)
    if not form.is_valid():
        messages.error(request, " ".join(str(text) for row in form.errors.values() for text in row))
        return redirect("courses-lesson", slug=slug, key=key)
    if _try(request, lambda: _keep(request, draft, form.cleaned_data)) and "submit" in request.POST:
        _try(request, lambda: _hand_in(request, draft))
    return redirect("courses-lesson", slug=slug, key=key)


def _try(request: HttpRequest, act: Callable[[], None]) -> bool:
    try:
        act()
    except DomainError as error:
        messages.error(request, error.detail)
        return False
    return True


def _keep(request: HttpRequest, draft: Submission, given: dict[str, Any]) -> None:
    number = sequence_in(request.POST)
    submissions.save(user=request.user, submission_id=draft.pk, text=given["text"], sequence=number)
    if given["file"]:
        submissions.attach(user=request.user, submission_id=draft.pk, upload=given["file"])
    if "submit" not in request.POST:
        messages.success(request, _("Your draft is saved."))


def _hand_in(request: HttpRequest, draft: Submission) -> None:
    submissions.hand_in(user=request.user, submission_id=draft.pk)
    messages.success(request, _("Handed in. You will be told when it is marked."))


@login_required
@require_POST
def save(request: HttpRequest, slug: str, key: str) -> HttpResponse:
    """What the page sends by itself after a change; says nothing when all is well."""
    draft = _draft(place_of(request, slug, key))
    form = SubmissionForm(request.POST)
    if not form.is_valid():
        return HttpResponse(status=422)
    try:
        submissions.save(
            user=request.user,
            submission_id=draft.pk,
            text=form.cleaned_data["text"],
            sequence=sequence_in(request.POST),
        )
    except DomainError as error:
        return HttpResponse(error.detail, status=error.status, content_type="text/plain")
    return HttpResponse(status=204)


@login_required
@require_POST
def detach(request: HttpRequest, slug: str, key: str, file_id: UUID) -> HttpResponse:
    draft = _draft(place_of(request, slug, key))
    submissions.detach(user=request.user, submission_id=draft.pk, file_id=file_id)
    messages.success(request, _("The file is taken out."))
    return redirect("courses-lesson", slug=slug, key=key)
