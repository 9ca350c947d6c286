"""Taking a quiz: one address for an attempt, a sheet while it is open, its result after."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from courses import queries
from courses.errors import AttemptEnded, NoAttemptsLeft, NotAQuiz
from courses.forms import answers_in
from courses.models import Attempt
from courses.services import quizzes
from courses.views.learn import Place, place_of
from tutorme.core.errors import InvalidInput


@login_required
@require_POST
def start(request: HttpRequest, slug: str, key: str) -> HttpResponse:
    place = place_of(request, slug, key)
    if place.enrollment is None:
        return redirect("courses-course", slug=slug)
    try:
        attempt = quizzes.start(enrollment=place.enrollment, lesson=place.lesson)
    except (NoAttemptsLeft, NotAQuiz) as error:
        messages.error(request, error.detail)
        return redirect("courses-lesson", slug=slug, key=key)
    return redirect("courses-attempt", slug=slug, key=key, number=attempt.number)


def _attempt_of(place: Place, number: int) -> Attempt:
    found = Attempt.objects.filter(
        enrollment=place.enrollment, enrollment__isnull=False, lesson=place.lesson, number=number
    ).first()
    if found is None:
        raise Http404
    return found


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def attempt(request: HttpRequest, slug: str, key: str, number: int) -> HttpResponse:
    """The sheet or the result; POST saves it, and hands it in where `submit` was pressed."""
    place = place_of(request, slug, key)
    found = _attempt_of(place, number)
    if request.method != "POST":
        return _show(request, place, quizzes.read(attempt=found))
    try:
        quizzes.save_answers(attempt=found, answers=answers_in(request.POST, found))
    except AttemptEnded:
        messages.info(request, _("This attempt has ended. What was saved in time was marked."))
    except InvalidInput:
        messages.error(request, _("An answer could not be read, so nothing was handed in."))
    else:
        _finish(request, found)
    return redirect("courses-attempt", slug=slug, key=key, number=number)


def _finish(request: HttpRequest, found: Attempt) -> None:
    if "submit" in request.POST:
        quizzes.submit(attempt=found)
    else:
        messages.success(request, _("Your answers are saved."))


@login_required
@require_POST
def save(request: HttpRequest, slug: str, key: str, number: int) -> HttpResponse:
    """What the page sends by itself after a change; says nothing when all is well."""
    found = _attempt_of(place_of(request, slug, key), number)
    try:
        quizzes.save_answers(attempt=found, answers=answers_in(request.POST, found))
    except (AttemptEnded, InvalidInput) as error:
        return HttpResponse(error.detail, status=error.status, content_type="text/plain")
    return HttpResponse(status=204)


def _show(request: HttpRequest, place: Place, found: Attempt) -> HttpResponse:
    is_open = found.state == Attempt.State.OPEN
    review = quizzes.may_review(found)
    left = found.deadline_at - timezone.now() if is_open and found.deadline_at else None
    _before, _this, after = queries.around(place.outline, place.lesson.key)
    context = {
        "course": place.course,
        "lesson": place.lesson,
        "enrollment": place.enrollment,
        "attempt": found,
        "sheet": queries.sheet(found, review=review) if is_open or review else (),
        "review": review,
        "minutes_left": max(0, int(left.total_seconds()) // 60) if left else None,
        "about": queries.quiz_intro(place.lesson, place.enrollment),
        "after": after,
    }
    return render(request, f"courses/{'sheet' if is_open else 'result'}.html", context)
