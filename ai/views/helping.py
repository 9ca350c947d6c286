"""Help inside a lesson: hints by steps, for whoever has a place."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.safestring import SafeString
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from ai.forms.matching import TaskForm
from ai.gateways import chat
from ai.models import Ladder, Rung
from ai.services import helping, quotas
from courses.markdown import html_of
from courses.models import Enrollment
from courses.views.learn import Place, place_of
from tutorme.core.errors import DomainError

_REFRESH_S = 3


def _place(request: HttpRequest, slug: str, key: str) -> tuple[Place, Enrollment]:
    place = place_of(request, slug, key)
    if place.lock or place.enrollment is None:
        raise Http404
    return place, place.enrollment


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def help_in(request: HttpRequest, slug: str, key: str) -> HttpResponse:
    place, enrollment = _place(request, slug, key)
    form = TaskForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            ladder = helping.begin(
                enrollment=enrollment, lesson=place.lesson, task=form.cleaned_data["task"]
            )
            helping.climb(ladder=ladder, enrollment=enrollment)
        except DomainError as error:
            form.add_error(None, error.detail)
            return _form(request, place, form, error.status)
        return redirect("ai-ladder", slug=slug, key=key, ladder_id=ladder.pk)
    return _form(request, place, form, 422 if form.errors else 200)


def _form(request: HttpRequest, place: Place, form: TaskForm, status: int) -> HttpResponse:
    assert request.user.pk is not None
    mine = Ladder.objects.filter(learner_id=request.user.pk, lesson=place.lesson)
    is_on = chat.is_configured()
    context = {
        "course": place.course,
        "lesson": place.lesson,
        "form": form,
        "ladders": mine.order_by("-id")[:10],
        "is_on": is_on,
        "usage": quotas.standing(request.user.pk)["hint"],
    }
    return render(request, "ai/help.html", context, status=status if is_on else 503)


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def ladder(request: HttpRequest, slug: str, key: str, ladder_id: UUID) -> HttpResponse:
    place, enrollment = _place(request, slug, key)
    rows = Ladder.objects.visible_to(request.user).select_related("lesson")
    found = rows.filter(pk=ladder_id, lesson=place.lesson).first()
    if found is None:
        raise Http404
    if request.method == "POST":
        try:
            helping.climb(ladder=found, enrollment=enrollment)
        except DomainError as error:
            messages.error(request, error.detail)
        return redirect("ai-ladder", slug=slug, key=key, ladder_id=ladder_id)
    rungs = list(found.rungs.select_related("job"))
    last = rungs[-1] if rungs else None
    context = {
        "course": place.course,
        "lesson": place.lesson,
        "ladder": found,
        "rungs": [(rung, SafeString(html_of(rung.text))) for rung in rungs],
        "working": bool(last and last.state == Rung.State.ASKED),
        "is_at_top": len(rungs) >= helping.LAST and last is not None and last.state == "given",
    }
    if context["working"]:
        context["refresh_seconds"] = _REFRESH_S
    return render(request, "ai/ladder.html", context)
