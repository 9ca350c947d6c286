"""Reading and finishing lessons. Every step is a link or a form."""

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from courses import queries
from courses.markdown import html_of
from courses.models import Course, Enrollment, Lesson
from courses.queries import Outline, opinions
from courses.services import learning
from courses.views.catalogue import course_of
from tutorme.core.errors import DomainError


@dataclass(frozen=True)
class Place:
    """A lesson, and this reader's standing in its course. `lock` is empty where it is open."""

    course: Course
    lesson: Lesson
    outline: Outline
    lock: str

    @property
    def enrollment(self) -> Enrollment | None:
        return self.outline.enrollment


def course_and_outline(request: HttpRequest, slug: str) -> tuple[Course, Outline]:
    """Whoever has a place is asked first: most who come here have one, and may see the course."""
    enrollment = queries.enrollment_at(slug, request.user)
    course = enrollment.course if enrollment else course_of(request, slug)
    return course, queries.outline_with(course, request.user, enrollment)


def place_of(request: HttpRequest, slug: str, key: str) -> Place:
    course, found = course_and_outline(request, slug)
    lesson = course.lessons.filter(key=key, is_published=True).first()
    row = next((row for row in found.lessons if row.key == key), None)
    if lesson is None or row is None:
        raise Http404
    return Place(course, lesson, found, row.lock)


@login_required
@require_safe
def shelf(request: HttpRequest) -> HttpResponse:
    assert request.user.pk is not None
    return render(request, "courses/shelf.html", {"enrollments": queries.shelf(request.user.pk)})


@login_required
@never_cache
@require_safe
def course_home(request: HttpRequest, slug: str) -> HttpResponse:
    course, found = course_and_outline(request, slug)
    if found.enrollment is None and not queries.owns(course, request.user):
        return redirect("courses-course", slug=slug)
    resume = queries.resume_at(found)
    context = {
        "course": course,
        "outline": found,
        "enrollment": found.enrollment,
        "resume": resume,
        "current_key": resume.key if resume else "",
        "ask_at": asked_now(found.enrollment),
    }
    return render(request, "courses/home.html", context)


@never_cache
@require_safe
def lesson(request: HttpRequest, slug: str, key: str) -> HttpResponse:
    place = place_of(request, slug, key)
    if place.lock:
        return render(request, "courses/locked.html", _shown(place), status=403)
    if place.enrollment:
        _arrive(place, place.enrollment)
    if place.lesson.kind == Lesson.Kind.QUIZ:
        about = queries.quiz_intro(place.lesson, place.enrollment)
        return render(request, "courses/quiz.html", {**_shown(place), "about": about})
    body = SafeString(html_of(place.lesson.body))
    return render(request, "courses/lesson.html", {**_shown(place), "body": body})


def _arrive(place: Place, enrollment: Enrollment) -> None:
    if place.lesson.pk in place.outline.opened:
        learning.visit(enrollment, place.lesson.pk, timezone.now())
    else:
        learning.open_lesson(enrollment=enrollment, lesson=place.lesson)


def _shown(place: Place) -> dict[str, object]:
    before, this, after = queries.around(place.outline, place.lesson.key)
    return {
        "course": place.course,
        "lesson": place.lesson,
        "outline": place.outline,
        "enrollment": place.enrollment,
        "current_key": place.lesson.key,
        "row": this,
        "before": before,
        "after": after,
        "ask_at": asked_now(place.enrollment),
    }


def asked_now(place: Any) -> int:
    """At which moment of the course to ask what they think, if now; `place` is of
    `queries.enrollment_at`."""
    if place is None or place.course.instructor_id == place.user_id:
        return 0
    return opinions.prompt(place.percent, place.prompt_dismissed, rated=place.has_rated)


@login_required
@require_POST
def complete(request: HttpRequest, slug: str, key: str) -> HttpResponse:
    """Marks the lesson done and goes on to the next one, or home when it was the last."""
    place = place_of(request, slug, key)
    if place.enrollment is None:
        return redirect("courses-course", slug=slug)
    try:
        row = learning.complete_lesson(enrollment=place.enrollment, lesson=place.lesson)
    except DomainError as error:
        messages.error(request, error.detail)
        return redirect("courses-lesson", slug=slug, key=key)
    if row.completed_at and not place.enrollment.completed_at:
        messages.success(request, _("That was the last one: you have completed the course."))
        return redirect("courses-learn-course", slug=slug)
    _before, _this, after = queries.around(place.outline, key)
    if after is None:
        return redirect("courses-learn-course", slug=slug)
    return redirect("courses-lesson", slug=slug, key=after.key)
