"""Enrolling, progressing, and taking quizzes."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID

from django.db.models import Prefetch
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from courses import queries
from courses.api import serializers, shapes
from courses.api.catalogue import course_of, lesson_of
from courses.completion import RULES
from courses.errors import LessonLocked
from courses.models import Attempt, AttemptAnswer, Enrollment, Lesson, LessonProgress
from courses.services import enrolling, learning, quizzes
from tutorme.core.access import SIGNED_IN, Grant, Scope
from tutorme.core.api.pagination import CursorPage
from tutorme.core.api.views import ApiView, read_body
from tutorme.core.errors import InvalidInput, NotFound

MINE = Grant(SIGNED_IN, Scope.ENROLLED)


def place_in(request: Request, lesson: Lesson) -> Enrollment:
    enrollment = queries.enrollment_of(lesson.course, request.user)
    if enrollment is None:
        raise LessonLocked(reason="not_enrolled")
    return enrollment


@contextmanager
def unknown_as_absent(request: Request, lesson_id: UUID) -> Iterator[None]:
    """A lesson this person may not even know of is not there, rather than locked."""
    try:
        yield
    except LessonLocked:
        lesson_of(request, lesson_id)
        raise


class EnrollView(ApiView):
    access = {"post": Grant(SIGNED_IN, Scope.PUBLISHED)}

    @extend_schema(
        operation_id="courses_enroll", request=None, responses={201: serializers.EnrollmentOut}
    )
    def post(self, request: Request, course_id: UUID) -> Response:
        """Enrol in a free course. 402 names the order to make for one with a price."""
        course = course_of(request, course_id)
        row = enrolling.enroll_free(user=request.user, course=course)
        row.refresh_from_db()
        return Response(shapes.enrollment(row), status=201)


class EnrollmentsView(ApiView):
    access = {"get": Grant(SIGNED_IN, Scope.OWN)}
    page_ordering = ("-created_at", "-id")

    @extend_schema(operation_id="me_enrollments", responses=serializers.EnrollmentOut(many=True))
    def get(self, request: Request) -> Response:
        """One's courses, the newest place first."""
        page = CursorPage()
        mine = Enrollment.objects.visible_to(request.user).open().select_related("course")
        rows = page.paginate_queryset(mine, request, self) or []
        return page.get_paginated_response([shapes.enrollment(row) for row in rows])


class CourseProgressView(ApiView):
    access = {"get": Grant(SIGNED_IN, Scope.ENROLLED)}

    @extend_schema(operation_id="courses_progress", responses=serializers.EnrollmentOut)
    def get(self, request: Request, course_id: UUID) -> Response:
        """How far one is in a course."""
        return Response(shapes.enrollment(own_place(request, course_id)))


def own_place(request: Request, course_id: UUID) -> Enrollment:
    enrollment = queries.enrollment_of(course_of(request, course_id), request.user)
    if enrollment is None:
        raise NotFound
    return enrollment


class ExplainView(ApiView):
    access = {"get": Grant(SIGNED_IN, Scope.ENROLLED)}

    @extend_schema(operation_id="courses_progress_explain", responses=serializers.ExplanationOut)
    def get(self, request: Request, course_id: UUID) -> Response:
        """Why the percentage is what it is: each counted lesson, its rule and its state."""
        enrollment = own_place(request, course_id)
        found = queries.outline(enrollment.course, request.user)
        lessons = [row for row in found.lessons if row.is_required]
        return Response(
            {
                "percent": enrollment.percent,
                "counted": len(lessons),
                "done": sum(1 for row in lessons if row.completed_at),
                "completed_at": enrollment.completed_at,
                "lessons": [
                    {
                        "id": row.id,
                        "title": row.title,
                        "rule": str(RULES[row.kind]),
                        "completed_at": row.completed_at,
                    }
                    for row in lessons
                ],
            }
        )


class LessonProgressView(ApiView):
    access = {"post": MINE}
    limit_scope = "progress"

    @extend_schema(
        operation_id="lessons_progress",
        request=serializers.ProgressIn,
        responses=serializers.ProgressOut,
    )
    def post(self, request: Request, lesson_id: UUID) -> Response:
        """Report what happened since the last message, as deltas; repeating one is harmless."""
        body = read_body(serializers.ProgressIn, request)
        with unknown_as_absent(request, lesson_id):
            progress = learning.report(
                user=request.user,
                lesson_id=lesson_id,
                client_event_id=body["client_event_id"],
                seconds=body["time_delta_s"],
                position=body["position"],
                watched=body["watched"],
                completed=body["completed"],
            )
        return Response(_progress(progress))


def _progress(progress: LessonProgress) -> dict[str, Any]:
    return {
        "lesson": progress.lesson_id,
        "seconds": progress.seconds,
        "position": progress.position,
        "completed_at": progress.completed_at,
        "course_percent": progress.enrollment.percent,
        "course_completed_at": progress.enrollment.completed_at,
    }


class AttemptsView(ApiView):
    access = {"get": MINE, "post": MINE}

    @extend_schema(operation_id="attempts_list", responses=serializers.AttemptOut(many=True))
    def get(self, request: Request, lesson_id: UUID) -> Response:
        """One's attempts at a quiz, the latest first."""
        lesson = lesson_of(request, lesson_id)
        enrollment = place_in(request, lesson)
        rows = lesson.attempts.filter(enrollment=enrollment).order_by("-number")[:50]
        sheets = Prefetch("answers", AttemptAnswer.objects.in_order(), to_attr="sheet")
        found = rows.prefetch_related(sheets)  # type: ignore[no-redef]  # fills the cached one
        return Response([shapes.attempt(quizzes.read(attempt=row)) for row in found])

    @extend_schema(
        operation_id="attempts_start", request=None, responses={201: serializers.AttemptOut}
    )
    def post(self, request: Request, lesson_id: UUID) -> Response:
        """Start an attempt, or go on with the open one."""
        with unknown_as_absent(request, lesson_id):
            attempt = quizzes.start_for(user=request.user, lesson_id=lesson_id)
        return Response(shapes.attempt(attempt), status=201)


class AttemptView(ApiView):
    access = {"get": Grant(SIGNED_IN, Scope.OWN)}

    @extend_schema(operation_id="attempts_read", responses=serializers.AttemptOut)
    def get(self, request: Request, attempt_id: UUID) -> Response:
        """An attempt: its questions, the saved answers, and after the end its marks."""
        return Response(shapes.attempt(quizzes.read(attempt=attempt_of(request, attempt_id))))


def attempt_of(request: Request, attempt_id: UUID) -> Attempt:
    rows = Attempt.objects.visible_to(request.user).select_related("lesson__quiz")
    attempt = rows.defer("lesson__body").filter(pk=attempt_id).first()
    if attempt is None:
        raise NotFound
    return attempt


class AnswersView(ApiView):
    access = {"patch": Grant(SIGNED_IN, Scope.OWN)}
    limit_scope = "progress"

    @extend_schema(
        operation_id="attempts_answer",
        request=serializers.AnswersIn,
        responses=serializers.AttemptOut,
    )
    def patch(self, request: Request, attempt_id: UUID) -> Response:
        """Save answers; the last one to a question counts."""
        given = _by_question(read_body(serializers.AnswersIn, request)["answers"])
        row = quizzes.save_answers_for(user=request.user, attempt_id=attempt_id, answers=given)
        return Response(shapes.attempt(row))


def _by_question(given: dict[str, Any]) -> dict[UUID, Any]:
    try:
        return {UUID(key): answer for key, answer in given.items()}
    except ValueError as error:
        row = {"pointer": "/answers", "code": "invalid", "detail": "Answers go by question id."}
        raise InvalidInput(errors=[row]) from error


class SubmitView(ApiView):
    access = {"post": Grant(SIGNED_IN, Scope.OWN)}

    @extend_schema(operation_id="attempts_submit", request=None, responses=serializers.AttemptOut)
    def post(self, request: Request, attempt_id: UUID) -> Response:
        """Hand in; the server marks what was saved. Handing in twice changes nothing."""
        row = quizzes.submit_for(user=request.user, attempt_id=attempt_id)
        return Response(shapes.attempt(row))
