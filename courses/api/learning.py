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
from courses.errors import LessonLocked
from courses.models import Attempt, AttemptAnswer, Enrollment, Lesson, LessonProgress
from courses.queries.explaining import explain
from courses.queries.inside import search_in
from courses.queries.renewals import renewal_of
from courses.services import enrolling, going_over, learning, quizzes, renewing, resetting
from tutorme.core.access import ANYONE, SIGNED_IN, Grant, Scope
from tutorme.core.api.pagination import CursorPage
from tutorme.core.api.serializers import page_of
from tutorme.core.api.views import ApiView, read_body, read_query
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
        """Enrol in a free course, or a premium one that a plan opens; else 402 names the order."""
        course = course_of(request, course_id)
        row = enrolling.enroll_free(user=request.user, course=course)
        row.refresh_from_db()
        return Response(shapes.enrollment(row), status=201)


class EnrollmentsView(ApiView):
    access = {"get": Grant(SIGNED_IN, Scope.OWN)}
    page_ordering = ("-created_at", "-id")

    @extend_schema(operation_id="me_enrollments", responses=page_of(serializers.EnrollmentOut))
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
        """Why the percentage is what it is: each counted lesson, its rule, its state and what
        remains; and those that do not count."""
        enrollment = own_place(request, course_id)
        found = queries.outline_with(enrollment.course, request.user, enrollment)
        due = renewal_of(enrollment)
        return Response(shapes.explanation(explain(found, enrollment), found, due))


class GoneOverView(ApiView):
    access = {"post": Grant(SIGNED_IN, Scope.OWN)}

    @extend_schema(
        operation_id="attempts_gone_over", request=None, responses=serializers.GoneOverOut
    )
    def post(self, request: Request, attempt_id: UUID) -> Response:
        """Say that one went through what the attempt lost points on; a review, once an attempt."""
        is_new = going_over.finish(user=request.user, attempt_id=attempt_id)
        return Response({"counted": is_new})


class RenewalView(ApiView):
    access = {"post": Grant(SIGNED_IN, Scope.ENROLLED)}

    @extend_schema(
        operation_id="courses_renewal_begin", request=None, responses=serializers.EnrollmentOut
    )
    def post(self, request: Request, course_id: UUID) -> Response:
        """Open again what a breaking version changed, to be certified for the course as it is. The
        completion stays; where nothing is due, nothing changes."""
        place = own_place(request, course_id)
        row = renewing.begin(enrollment=place, actor_id=request.user.pk)
        return Response(shapes.enrollment(row))


class EnrollmentView(ApiView):
    access = {"delete": Grant(SIGNED_IN, Scope.OWN)}

    @extend_schema(operation_id="me_enrollments_leave", responses={204: None})
    def delete(self, request: Request, enrollment_id: UUID) -> Response:
        """Leave a course. Nothing is paid back; what was learned stays for who comes again."""
        rows = Enrollment.objects.visible_to(request.user).open()
        place = rows.filter(pk=enrollment_id).first()
        if place is None:
            raise NotFound
        enrolling.leave(enrollment=place)
        return Response(status=204)


class ResetView(ApiView):
    access = {"post": MINE}

    @extend_schema(
        operation_id="lessons_reset",
        request=serializers.LessonResetIn,
        responses=serializers.EnrollmentOut,
    )
    def post(self, request: Request, lesson_id: UUID) -> Response:
        """Take a lesson's completion back: one's own; a teacher or an admin anybody's, by
        `enrollment` and with a reason. The course's completion stays."""
        body = read_body(serializers.LessonResetIn, request)
        lesson = lesson_of(request, lesson_id)
        place = _place_to_reset(request, lesson, body)
        row = resetting.reset_lesson(
            enrollment=place, lesson=lesson, actor_id=request.user.pk, reason=body["reason"]
        )
        return Response(shapes.enrollment(row))


def _place_to_reset(request: Request, lesson: Lesson, body: dict[str, Any]) -> Enrollment:
    named = body.get("enrollment")
    if named is None:
        return place_in(request, lesson)
    rows = Enrollment.objects.open().filter(pk=named, course=lesson.course)
    if not queries.owns(lesson.course, request.user):
        rows = rows.visible_to(request.user)
    place = rows.first()
    if place is None:
        raise NotFound
    if place.user_id != request.user.pk and not body["reason"]:
        row = {"pointer": "/reason", "code": "required", "detail": "Say why, for the learner."}
        raise InvalidInput(errors=[row])
    return place


class SearchInsideView(ApiView):
    access = {"get": Grant(ANYONE, Scope.ENROLLED)}
    limit_scope = "search"

    @extend_schema(
        operation_id="courses_search_inside",
        parameters=[serializers.InsideQuery],
        responses=serializers.HitOut(many=True),
    )
    def get(self, request: Request, course_id: UUID) -> Response:
        """Search the lessons of a course that are open to one; snippets are safe HTML."""
        asked = read_query(serializers.InsideQuery, request)
        course = course_of(request, course_id)
        found = queries.outline(course, request.user)
        hits = search_in(course, found, asked["search"])
        return Response([vars(hit) for hit in hits])


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
                sections=body["sections"],
                completed=body["completed"],
            )
        return Response(_progress(progress))


def _progress(progress: LessonProgress) -> dict[str, Any]:
    return {
        "lesson": progress.lesson_id,
        "seconds": progress.seconds,
        "position": progress.position,
        "resume": progress.resume,
        "watched": progress.watched,
        "sections": progress.sections,
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
        """Save answers; of two saves the one with the higher sequence stands."""
        body = read_body(serializers.AnswersIn, request)
        row = quizzes.save_answers_for(
            user=request.user,
            attempt_id=attempt_id,
            answers=_by_question(body["answers"]),
            sequence=body.get("sequence"),
        )
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
