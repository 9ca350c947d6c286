"""Stuck here: from a lesson to a tutor who knows it, and back. Every step is a link or a form."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from courses.models import Handover, Lesson
from courses.queries.handovers import handover_of, pack
from courses.services import handing_over
from courses.views.learn import place_of
from tutorme.core.errors import DomainError
from tutorme.web.stuck.finding import Helper, Knows, helpers
from tutorme.web.stuck.forms import AnswerForm, AskForm

KNOWS = {
    Knows.AUTHOR: gettext_lazy("wrote this course"),
    Knows.COMPLETED: gettext_lazy("completed this course"),
    Knows.SUBJECT: gettext_lazy("teaches this subject"),
}
PAGE = require_http_methods(["GET", "HEAD", "POST"])


@login_required
@never_cache
@PAGE
def lesson_help(request: HttpRequest, slug: str, key: str) -> HttpResponse:
    """Who can help now; POST hands over and goes on to the tutor's times."""
    place = place_of(request, slug, key)
    if place.enrollment is None or place.lock:
        return redirect("courses-lesson", slug=slug, key=key)
    place.lesson.course = place.course
    found = helpers(place.lesson, request.user)
    form = AskForm(request.POST or None, initial={"at_s": _second(request)})
    status = 200
    if request.method == "POST":
        if answer := _asked(request, place.lesson, form, found):
            return answer
        status = 422
    context = {
        "course": place.course,
        "lesson": place.lesson,
        "form": form,
        "helpers": [(one, KNOWS[one.knows]) for one in found],
        "has_notes": bool(getattr(place.lesson, "own_notes", ())),
    }
    return render(request, "web/stuck/help.html", context, status=status)


def _second(request: HttpRequest) -> int | None:
    asked = request.GET.get("t", "")
    return int(asked) if asked.isdecimal() and len(asked) < 6 else None


def _asked(
    request: HttpRequest, lesson: Lesson, form: AskForm, found: list[Helper]
) -> HttpResponse | None:
    """Only to somebody who was offered; they may have become busy while the page was read, which
    the tutor's own page says."""
    if not form.is_valid():
        return None
    given = form.cleaned_data
    helper = next((one for one in found if one.id == given["tutor"]), None)
    if helper is None:
        form.add_error(None, _("This tutor has no time any more. Choose another one."))
        return None
    row = handing_over.ask(
        user=request.user,
        lesson=lesson,
        tutor_id=helper.id,
        note=given["note"],
        at_s=given["at_s"],
        with_notes=given["with_notes"],
    )
    return redirect(f"{reverse('book', args=[helper.slug])}?about={row.pk}")


@login_required
@never_cache
@PAGE
def handover(request: HttpRequest, handover_id: UUID) -> HttpResponse:
    """What was handed over, for both; the tutor writes back here."""
    row = handover_of(request.user, handover_id)
    if row is None:
        raise Http404
    is_tutor = row.tutor_id == request.user.pk
    if request.method == "POST" and not is_tutor:
        raise Http404
    form = _answer_form(request, row) if is_tutor else None
    status = 200
    if request.method == "POST" and form is not None:
        if _answered(request, row, form):
            return redirect("handover", handover_id=row.pk)
        status = 422
    context: dict[str, Any] = {
        "row": row,
        "pack": pack(row),
        "is_tutor": is_tutor,
        "form": form,
        "course": row.lesson.course,
        "lesson": row.lesson,
    }
    return render(request, "web/stuck/handover.html", context, status=status)


def _answer_form(request: HttpRequest, row: Handover) -> AnswerForm:
    lessons = row.lesson.course.lessons.filter(is_published=True).order_by("position")
    initial = {"reply": row.reply, "practice": row.practice.key if row.practice else ""}
    known = list(lessons.values_list("key", "title"))
    return AnswerForm(request.POST or None, initial=initial, lessons=known)


def _answered(request: HttpRequest, row: Handover, form: AnswerForm) -> bool:
    if not form.is_valid():
        return False
    try:
        handing_over.answer(handover_id=row.pk, tutor=request.user, **form.cleaned_data)
    except DomainError as error:
        form.add_error(None, error.detail)
        return False
    messages.success(request, _("It stands beside the lesson now, and the learner is told."))
    return True
