"""What a quiz consists of: its rules, its questions in their order, how they do. It is the draft
that changes; learners meet it when the course is published."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from courses import item_statistics
from courses.forms.assessment import TimeFactorForm
from courses.forms.questions import KINDS
from courses.forms.quizzes import ExerciseForm, QuizForm
from courses.models import Course, Enrollment, LessonDraft
from courses.queries.quiz_drafts import entries_of
from courses.services import accommodating, bank, drafting, quiz_content, quiz_editing, writing
from courses.views.taught import own_course
from tutorme.core.errors import DomainError

PAGE = require_http_methods(["GET", "HEAD", "POST"])


def _lesson(request: HttpRequest, slug: str, lesson_id: UUID, kind: str) -> LessonDraft:
    course = own_course(request, slug)
    drafting.draft_of(course)
    rows = course.lesson_drafts.select_related("course")
    found = rows.filter(pk=lesson_id, kind=kind).first()
    if found is None:
        raise Http404
    return found


def _told(error: DomainError) -> str:
    named = error.extras.get("problems") or [
        row["detail"] for row in error.extras.get("errors", [])
    ]
    return f"{error.detail} {' '.join(map(str, named))}".strip()


@login_required
@never_cache
@PAGE
def quiz(request: HttpRequest, slug: str, lesson_id: UUID) -> HttpResponse:
    lesson = _lesson(request, slug, lesson_id, "quiz")
    form = QuizForm(
        request.POST if request.method == "POST" else None, initial=QuizForm.initial_of(lesson.data)
    )
    is_good = request.method == "POST" and form.is_valid()
    if is_good and _saved(request, lesson, {**lesson.data, **form.settings()}):
        return redirect("teach-quiz", slug=slug, lesson_id=lesson_id)
    course: Course = lesson.course
    context = {
        "course": course,
        "lesson": lesson,
        "form": form,
        "entries": entries_of(course, lesson),
        "problems": quiz_content.problems(lesson),
        "bank": bank.find(course)[:200],
        "tags": bank.tags_of(course),
        "kinds": list(KINDS.items()),
    }
    status = 422 if form.errors else 200
    return render(request, "courses/teach/quiz.html", context, status=status)


def _saved(request: HttpRequest, lesson: LessonDraft, data: dict[str, Any]) -> bool:
    revision = request.POST.get("revision", "")
    try:
        writing.save_lesson(
            lesson=lesson,
            changes={"data": data},
            actor_id=request.user.pk,
            revision=int(revision) if revision.isdigit() else None,
        )
    except DomainError as error:
        messages.error(request, _told(error))
        return False
    messages.success(request, _("Saved in the draft."))
    return True


@login_required
@require_POST
def change(request: HttpRequest, slug: str, lesson_id: UUID) -> HttpResponse:
    """One place of the quiz: added, moved, taken out, or moved into the bank."""
    lesson = _lesson(request, slug, lesson_id, "quiz")
    place = request.POST.get("place", "")
    try:
        quiz_editing.change(
            lesson=lesson,
            do=request.POST.get("do", ""),
            place=int(place) if place.isdigit() else -1,
            given={name: request.POST.get(name, "") for name in ("use", "draw", "tag")},
            actor_id=request.user.pk,
        )
    except DomainError as error:
        messages.error(request, _told(error))
    return redirect("teach-quiz", slug=slug, lesson_id=lesson_id)


@login_required
@never_cache
@require_safe
def statistics(request: HttpRequest, slug: str, lesson_id: UUID) -> HttpResponse:
    course = own_course(request, slug)
    lesson = course.lessons.filter(pk=lesson_id, kind="quiz").first()
    if lesson is None:
        raise Http404
    rows = item_statistics.of_quiz(lesson)
    context = {
        "course": course,
        "lesson": lesson,
        "rows": rows,
        "enough": item_statistics.ENOUGH,
        "bars": _bars(rows),
        "height": 32 * len(rows) + 8,
    }
    return render(request, "courses/teach/statistics.html", context)


def _bars(rows: list[item_statistics.ItemStatistics]) -> list[dict[str, Any]]:
    """Facility as a bar of up to 400 units, one line of 32 each."""
    return [
        {
            "number": number + 1,
            "y": 32 * number + 8,
            "middle": 32 * number + 23,
            "width": 4 * row.facility_percent,
            "percent": row.facility_percent,
            "end": 48 + 4 * row.facility_percent,
            "is_flagged": bool(row.flags),
        }
        for number, row in enumerate(rows)
        if row.facility_percent is not None
    ]


@login_required
@never_cache
@PAGE
def exercise(request: HttpRequest, slug: str, lesson_id: UUID) -> HttpResponse:
    """What an exercise asks and how it is marked."""
    lesson = _lesson(request, slug, lesson_id, "exercise")
    form = ExerciseForm(
        request.POST if request.method == "POST" else None,
        initial=ExerciseForm.initial_of(lesson.data),
    )
    is_good = request.method == "POST" and form.is_valid()
    if is_good and _saved(request, lesson, form.data_of()):
        return redirect("teach-exercise", slug=slug, lesson_id=lesson_id)
    rubric = form.rubric_shown()
    context = {"course": lesson.course, "lesson": lesson, "form": form, "rubric": rubric}
    status = 422 if form.errors else 200
    return render(request, "courses/teach/exercise.html", context, status=status)


@login_required
@never_cache
@PAGE
def time(request: HttpRequest, slug: str) -> HttpResponse:
    """More time for who needs it."""
    course = own_course(request, slug)
    if request.method == "POST":
        _give_time(request)
        return redirect("teach-time", slug=slug)
    text = request.GET.get("q", "").strip()[:100]
    places = Enrollment.objects.open().filter(course=course).select_related("user")
    if text:
        places = places.filter(user__display_name__icontains=text)
    else:
        places = places.filter(time_factor__gt=1)
    context = {"course": course, "places": places.order_by("user__display_name")[:50], "q": text}
    return render(request, "courses/teach/time.html", context)


def _give_time(request: HttpRequest) -> None:
    form = TimeFactorForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Give a number from 1 to 5."))
        return
    try:
        accommodating.set_time_factor(
            enrollment_id=UUID(request.POST.get("enrollment", "")),
            tutor=request.user,
            factor=form.cleaned_data["time_factor"],
        )
    except (DomainError, ValueError):
        raise Http404 from None
    messages.success(request, _("It counts for attempts started from now on."))
