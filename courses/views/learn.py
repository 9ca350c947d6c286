"""Reading and finishing lessons. Every step is a link or a form."""

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from courses import file_links, queries
from courses.exercise_desk import desk_of
from courses.forms import InsideForm
from courses.models import Course, Enrollment, Lesson
from courses.queries import Outline, notebook, opinions
from courses.queries.bodies import Body, body_of
from courses.queries.explaining import explain
from courses.queries.inside import search_in
from courses.queries.renewals import renewal_of
from courses.quiz_intros import quiz_intro
from courses.services import enrolling, learning, renewing, resetting
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
    lesson = notebook.lesson_with_own(course, key, request.user, found.enrollment)
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
        "renewal": renewal_of(found.enrollment),
    }
    return render(request, "courses/home.html", context)


@login_required
@require_POST
def renew(request: HttpRequest, slug: str) -> HttpResponse:
    """Opens what a breaking version changed, to be learned again."""
    enrollment = queries.enrollment_at(slug, request.user)
    if enrollment is None:
        return redirect("courses-course", slug=slug)
    renewing.begin(enrollment=enrollment, actor_id=request.user.pk)
    messages.success(request, _("What changed is open again. Your completion stays."))
    return redirect("courses-learn-course", slug=slug)


@never_cache
@require_safe
def lesson(request: HttpRequest, slug: str, key: str) -> HttpResponse:
    place = place_of(request, slug, key)
    if place.lock:
        return render(request, "courses/locked.html", _shown(place), status=403)
    if place.enrollment:
        _arrive(place, place.enrollment)
    if place.lesson.kind == Lesson.Kind.QUIZ:
        about = quiz_intro(place.lesson, place.enrollment)
        return render(request, "courses/quiz.html", {**_shown(place), "about": about})
    body = _body(place)
    if place.lesson.kind == Lesson.Kind.EXERCISE:
        desk = desk_of(place.lesson, place.enrollment)
        return with_body(request, "courses/exercise.html", {**_shown(place), "desk": desk}, body)
    context = {**_shown(place), "resume_s": _resume_at(request, place.lesson, body)}
    return with_body(request, "courses/lesson.html", context, body)


def _resume_at(request: HttpRequest, lesson: Any, body: Body) -> int:
    """The second of a video to go on at: the one asked for, else where any device stopped; what
    was seen to its end begins anew."""
    asked = request.GET.get("t", "")
    if asked.isdecimal() and len(asked) < 6:
        return int(asked)
    place = lesson.own_resume or 0
    return body.duration_seconds * place // 1000 if place < _ALL_BUT_SEEN else 0


_ALL_BUT_SEEN = 980


def _body(place: Place) -> Body:
    course = place.course
    place.lesson.course = course
    return body_of(
        place.lesson,
        base=file_links.base(course),
        address=lambda name: file_links.address(course, name),
    )


def with_body(
    request: HttpRequest, template: str, context: dict[str, Any], body: Body
) -> HttpResponse:
    """The page with `body`. A page of another site is loaded when its reader asks, and its origin
    is allowed on this one answer."""
    show_frame = body.frame is not None and "load" in request.GET
    response = render(request, template, {**context, "body": body, "show_frame": show_frame})
    if body.frame and show_frame:
        response._csp_update = {"frame-src": [body.frame.origin]}  # type: ignore[attr-defined]
    return response


def _arrive(place: Place, enrollment: Enrollment) -> None:
    if place.lesson.pk in place.outline.opened:
        learning.visit(enrollment, place.lesson.pk, timezone.now())
    else:
        learning.open_lesson(enrollment=enrollment, lesson=place.lesson)


def _shown(place: Place) -> dict[str, Any]:
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


@login_required
@require_POST
def reset(request: HttpRequest, slug: str, key: str) -> HttpResponse:
    """Takes one's own completion of a lesson back, to do it again."""
    place = place_of(request, slug, key)
    if place.enrollment is None:
        return redirect("courses-course", slug=slug)
    resetting.reset_lesson(
        enrollment=place.enrollment, lesson=place.lesson, actor_id=request.user.pk
    )
    messages.success(request, _("The lesson is open again. What you completed in all stays."))
    return redirect("courses-lesson", slug=slug, key=key)


@login_required
@never_cache
@require_safe
def progress(request: HttpRequest, slug: str) -> HttpResponse:
    """Why the percentage is what it is."""
    course, found = course_and_outline(request, slug)
    if found.enrollment is None:
        return redirect("courses-course", slug=slug)
    told = explain(found, found.enrollment)
    context = {"course": course, "outline": found, "told": told, "enrollment": found.enrollment}
    return render(request, "courses/progress.html", context)


@never_cache
@require_safe
def search(request: HttpRequest, slug: str) -> HttpResponse:
    """Searches the lessons of the course that are open to this reader."""
    course, found = course_and_outline(request, slug)
    form = InsideForm(request.GET)
    text = form.cleaned_data["q"] if form.is_valid() else ""
    hits = search_in(course, found, text) if text else []
    context = {"course": course, "enrollment": found.enrollment, "text": text, "hits": hits}
    return render(request, "courses/inside.html", context)


@login_required
@require_POST
def leave(request: HttpRequest, slug: str) -> HttpResponse:
    """Gives one's place up, once it was said on purpose."""
    enrollment = queries.enrollment_at(slug, request.user)
    if enrollment and "sure" in request.POST:
        enrolling.leave(enrollment=enrollment)
        messages.success(request, _("You have left the course. What you learned is kept."))
        return redirect("learn")
    return redirect("courses-progress", slug=slug)
