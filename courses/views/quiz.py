"""Taking a quiz: one address for an attempt, a sheet while it is open, its result after."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Max
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from courses import queries
from courses.errors import AttemptEnded, CoolingDown, NoAttemptsLeft, NotAQuiz
from courses.forms import answers_in, sequence_in
from courses.forms.assessment import AppealForm
from courses.models import Attempt
from courses.quiz_intros import quiz_intro
from courses.services import appeals, going_over, marking, quizzes
from courses.sheets import sheet
from courses.views.learn import Place, place_of
from tutorme.core.errors import DomainError, InvalidInput


@login_required
@require_POST
def start(request: HttpRequest, slug: str, key: str) -> HttpResponse:
    place = place_of(request, slug, key)
    if place.enrollment is None:
        return redirect("courses-course", slug=slug)
    try:
        attempt = quizzes.start(enrollment=place.enrollment, lesson=place.lesson)
    except (NoAttemptsLeft, NotAQuiz, CoolingDown) as error:
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
        posted = answers_in(request.POST, found)
        number_of = sequence_in(request.POST)
        quizzes.save_answers(attempt=found, answers=posted, sequence=number_of)
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
        given, number_of = answers_in(request.POST, found), sequence_in(request.POST)
        quizzes.save_answers(attempt=found, answers=given, sequence=number_of)
    except (AttemptEnded, InvalidInput) as error:
        return HttpResponse(error.detail, status=error.status, content_type="text/plain")
    answer = HttpResponse(status=204)
    if found.deadline_at:
        answer["X-Seconds-Left"] = str(_seconds_left(found))
    return answer


def _seconds_left(found: Attempt) -> int | None:
    if found.state != Attempt.State.OPEN or found.deadline_at is None:
        return None
    return max(0, int((found.deadline_at - timezone.now()).total_seconds()))


def _next_sequence(found: Attempt) -> int:
    kept: int | None = found.answers.aggregate(kept=Max("sequence"))["kept"]
    return 1 + (kept or 0)


def _show(request: HttpRequest, place: Place, found: Attempt) -> HttpResponse:
    is_open = found.state == Attempt.State.OPEN
    review = marking.may_review(found)
    left = _seconds_left(found)
    _before, _this, after = queries.around(place.outline, place.lesson.key)
    context = {
        "course": place.course,
        "lesson": place.lesson,
        "enrollment": place.enrollment,
        "attempt": found,
        "sheet": sheet(found, review=review) if is_open or review else (),
        "review": review,
        "seconds_left": left,
        "minutes_left": None if left is None else left // 60,
        "sequence": _next_sequence(found) if is_open else 0,
        "can_go_over": review and going_over.lost_something(found),
        "is_gone_over": review and going_over.is_gone_over(found),
        "about": quiz_intro(place.lesson, place.enrollment),
        "after": after,
    }
    return render(request, f"courses/{'sheet' if is_open else 'result'}.html", context)


@login_required
@require_POST
def gone_over(request: HttpRequest, slug: str, key: str, number: int) -> HttpResponse:
    """From the result: this learner has read what was wrong and why."""
    found = _attempt_of(place_of(request, slug, key), number)
    try:
        is_new = going_over.finish(user=request.user, attempt_id=found.pk)
    except DomainError as error:
        messages.error(request, error.detail)
    else:
        if is_new:
            messages.success(request, _("That counts for today: looking again is how it stays."))
    return redirect("courses-attempt", slug=slug, key=key, number=number)


@login_required
@require_POST
def appeal(request: HttpRequest, slug: str, key: str, number: int) -> HttpResponse:
    """From the result: this answer should have counted."""
    found = _attempt_of(place_of(request, slug, key), number)
    form = AppealForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Say in a sentence why your answer should count."))
        return redirect("courses-attempt", slug=slug, key=key, number=number)
    asked = found.answers.filter(question_id=form.cleaned_data["question"]).first()
    if asked is None:
        raise Http404
    try:
        appeals.open_appeal(user=request.user, answer_id=asked.pk, text=form.cleaned_data["text"])
    except DomainError as error:
        messages.error(request, error.detail)
    else:
        messages.success(request, _("Your appeal is with the author. You will be told."))
    return redirect("courses-attempt", slug=slug, key=key, number=number)
