"""Appeals, open answers to mark, the bank, how items do, and more time for who needs it."""

from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from courses import item_statistics
from courses.api import assessment_serializers as serializers
from courses.api.catalogue import course_of, lesson_of
from courses.grading_queue import waiting_for
from courses.models import (
    Appeal,
    Attempt,
    AttemptAnswer,
    BankItem,
    Course,
    KeyCorrection,
    Lesson,
    Question,
)
from courses.queries import owns
from courses.services import accommodating, appeals, bank, corrections, marking
from tutorme.core.access import SIGNED_IN, TUTOR, Grant, Scope
from tutorme.core.api.pagination import CursorPage
from tutorme.core.api.serializers import page_of
from tutorme.core.api.views import ApiView, read_body, read_query
from tutorme.core.errors import NotFound
from tutorme.core.models import Job

TAUGHT = Grant(TUTOR, Scope.TAUGHT)


# Appeals ---------------------------------------------------------------------------------------


def _appeal(row: Appeal) -> dict[str, Any]:
    return {
        "id": row.pk,
        "attempt": row.answer.attempt_id,
        "question": row.answer.question_id,
        "prompt": row.answer.question.prompt,
        "answer": row.answer.answer,
        **{name: getattr(row, name) for name in ("text", "state", "reply")},
        "created_at": row.created_at,
        "decided_at": row.decided_at,
    }


class AppealsView(ApiView):
    access = {"get": Grant(SIGNED_IN, Scope.OWN)}
    page_ordering = ("-created_at", "-id")

    @extend_schema(
        operation_id="appeals_list",
        parameters=[serializers.AppealsQuery],
        responses=page_of(serializers.AppealOut),
    )
    def get(self, request: Request) -> Response:
        """One's own appeals, and those of the courses one teaches."""
        asked = read_query(serializers.AppealsQuery, request)
        rows = Appeal.objects.visible_to(request.user).select_related("answer__question")
        if state := asked.get("state"):
            rows = rows.filter(state=state)
        page = CursorPage()
        found = page.paginate_queryset(rows, request, self) or []
        return page.get_paginated_response([_appeal(row) for row in found])


class AttemptAppealsView(ApiView):
    access = {"post": Grant(SIGNED_IN, Scope.OWN)}

    @extend_schema(
        operation_id="attempts_appeal",
        request=serializers.AppealIn,
        responses={201: serializers.AppealOut},
    )
    def post(self, request: Request, attempt_id: UUID) -> Response:
        """Say that an answer of a reviewed attempt should have counted."""
        body = read_body(serializers.AppealIn, request)
        attempts = Attempt.objects.visible_to(request.user).filter(pk=attempt_id)
        mine = AttemptAnswer.objects.filter(attempt__in=attempts)
        answer = mine.filter(question_id=body["question"]).values_list("pk", flat=True).first()
        if answer is None:
            raise NotFound
        made = appeals.open_appeal(user=request.user, answer_id=answer, text=body["text"])
        return Response(_appeal(_one_appeal(request, made.pk)), status=201)


def _one_appeal(request: Request, appeal_id: UUID) -> Appeal:
    rows = Appeal.objects.visible_to(request.user).select_related("answer__question")
    row = rows.filter(pk=appeal_id).first()
    if row is None:
        raise NotFound
    return row


class AcceptAppealView(ApiView):
    access = {"post": TAUGHT}

    @extend_schema(
        operation_id="appeals_accept",
        request=serializers.AcceptIn,
        responses=serializers.AppealOut,
    )
    def post(self, request: Request, appeal_id: UUID) -> Response:
        """The key is corrected and everybody is marked again, upwards; an open answer gets more
        points."""
        body = read_body(serializers.AcceptIn, request)
        appeals.accept(appeal_id=appeal_id, tutor=request.user, **body)
        return Response(_appeal(_one_appeal(request, appeal_id)))


class RejectAppealView(ApiView):
    access = {"post": TAUGHT}

    @extend_schema(
        operation_id="appeals_reject",
        request=serializers.RejectIn,
        responses=serializers.AppealOut,
    )
    def post(self, request: Request, appeal_id: UUID) -> Response:
        """The key stands, for a reason the learner reads."""
        body = read_body(serializers.RejectIn, request)
        appeals.reject(appeal_id=appeal_id, tutor=request.user, reply=body["reply"])
        return Response(_appeal(_one_appeal(request, appeal_id)))


# Marking ---------------------------------------------------------------------------------------


class QueueView(ApiView):
    access = {"get": TAUGHT}

    @extend_schema(operation_id="grading_queue", responses=serializers.QueueEntryOut(many=True))
    def get(self, request: Request) -> Response:
        """What waits for one's marks over all courses one teaches, the longest first."""
        return Response([vars(row) for row in waiting_for(request.user)])


class GradingAttemptView(ApiView):
    access = {"get": TAUGHT, "post": TAUGHT}

    @extend_schema(operation_id="grading_attempt", responses=serializers.AttemptToMarkOut)
    def get(self, request: Request, attempt_id: UUID) -> Response:
        """The open answers of an attempt, and what each has earned where it is marked."""
        rows = Attempt.objects.taught_by(request.user).select_related("enrollment__user")
        row = rows.filter(pk=attempt_id).exclude(state=Attempt.State.OPEN).first()
        if row is None:
            raise NotFound
        return Response(_to_mark(row))

    @extend_schema(
        operation_id="grading_attempt_mark", request=serializers.OpenMarksIn, responses={204: None}
    )
    def post(self, request: Request, attempt_id: UUID) -> Response:
        """Give every open answer its points; the attempt is graded with them."""
        body = read_body(serializers.OpenMarksIn, request)
        marks = _marks(body)
        marking.mark_open_answers(attempt_id=attempt_id, tutor=request.user, marks=marks)
        return Response(status=204)


class RemarkAttemptView(ApiView):
    access = {"post": TAUGHT}

    @extend_schema(
        operation_id="grading_attempt_mark_again",
        request=serializers.OpenMarksAgainIn,
        responses={204: None},
    )
    def post(self, request: Request, attempt_id: UUID) -> Response:
        """Give open answers of a graded attempt more points than they have, for a reason."""
        body = read_body(serializers.OpenMarksAgainIn, request)
        marking.mark_again(
            attempt_id=attempt_id, tutor=request.user, marks=_marks(body), reason=body["reason"]
        )
        return Response(status=204)


def _marks(body: dict[str, Any]) -> dict[UUID, marking.Mark]:
    return {
        row["question"]: marking.Mark(row["points"], row.get("comment", ""))
        for row in body["marks"]
    }


def _to_mark(row: Attempt) -> dict[str, Any]:
    answers = [
        {
            "question": answer.question_id,
            "prompt": answer.question.prompt,
            "guide": answer.question.key_in_force.get("guide", ""),
            "answer": answer.answer,
            "points": str(answer.question.points),
            "earned": None if answer.points is None else str(answer.points),
        }
        for answer in row.sheet
        if answer.question.kind == Question.Kind.OPEN and answer.answer is not None
    ]
    return {
        "id": row.pk,
        "learner": row.enrollment.user.display_name,
        "lesson": row.lesson_id,
        "state": row.state,
        "submitted_at": row.submitted_at,
        "answers": answers,
    }


# The bank --------------------------------------------------------------------------------------


def own_course(request: Request, course_id: UUID) -> Course:
    course = course_of(request, course_id)
    if not owns(course, request.user):
        raise NotFound
    return course


def own_item(request: Request, item_id: UUID) -> BankItem:
    item = BankItem.objects.select_related("course").filter(pk=item_id).first()
    if item is None or not owns(item.course, request.user):
        raise NotFound
    return item


def _question(row: Question) -> dict[str, Any]:
    return {
        "id": row.item_id,
        "key": row.item.key,
        "version": row.number,
        "tags": row.item.tags,
        "is_used": getattr(row, "is_used", False),
        "question": bank.as_row(row),
    }


def current(item: BankItem) -> Question:
    row = item.versions.select_related("item").order_by("-number").first()
    if row is None:
        raise NotFound
    return row


class BankView(ApiView):
    access = {"get": TAUGHT, "post": TAUGHT}
    page_ordering = ("key", "id")

    @extend_schema(
        operation_id="bank_list",
        parameters=[serializers.BankQuery],
        responses=page_of(serializers.BankQuestionOut),
    )
    def get(self, request: Request, course_id: UUID) -> Response:
        """The question bank of a course, with its keys, for its author."""
        asked = read_query(serializers.BankQuery, request)
        course = own_course(request, course_id)
        rows = bank.find(course, text=asked.get("search", ""), tag=asked.get("tag", ""))
        page = CursorPage()
        found = page.paginate_queryset(rows, request, self) or []
        return page.get_paginated_response([_question(row) for row in found])

    @extend_schema(
        operation_id="bank_add",
        request=serializers.BankQuestionIn,
        responses={201: serializers.BankQuestionOut},
    )
    def post(self, request: Request, course_id: UUID) -> Response:
        """Add a question; its key must be free."""
        body = read_body(serializers.BankQuestionIn, request)
        made = bank.add(course=own_course(request, course_id), row=body["question"])
        return Response(_question(current(made.item)), status=201)


class BankItemView(ApiView):
    access = {"get": TAUGHT, "patch": TAUGHT, "delete": TAUGHT}

    @extend_schema(operation_id="bank_read", responses=serializers.BankQuestionOut)
    def get(self, request: Request, item_id: UUID) -> Response:
        """A question of the bank, its current version."""
        return Response(_question(current(own_item(request, item_id))))

    @extend_schema(
        operation_id="bank_edit",
        request=serializers.BankQuestionEdit,
        responses=serializers.BankQuestionOut,
    )
    def patch(self, request: Request, item_id: UUID) -> Response:
        """Write the next version; quizzes take it up when they are published again."""
        body = read_body(serializers.BankQuestionEdit, request)
        item = own_item(request, item_id)
        bank.edit(
            item=item, row=body["question"], version=body["version"], actor_id=request.user.pk
        )
        return Response(_question(current(item)))

    @extend_schema(operation_id="bank_archive", responses={204: None})
    def delete(self, request: Request, item_id: UUID) -> Response:
        """Take a question out of the bank; what was published keeps it."""
        bank.archive(item=own_item(request, item_id), actor_id=request.user.pk)
        return Response(status=204)


class CorrectionView(ApiView):
    access = {"post": TAUGHT}

    @extend_schema(
        operation_id="bank_correct",
        request=serializers.CorrectionIn,
        responses={202: serializers.CorrectionOut},
    )
    def post(self, request: Request, item_id: UUID) -> Response:
        """Correct a wrong key: every attempt is marked again in the background, upwards only."""
        body = read_body(serializers.CorrectionIn, request)
        question = current(own_item(request, item_id))
        made = corrections.correct_key(question=question, actor_id=request.user.pk, **body)
        job = Job.objects.get(key=f"{corrections.REGRADE}:{made.pk}")
        made = KeyCorrection.objects.get(pk=made.pk)
        body = {
            "id": made.pk,
            "question": made.question_id,
            "reason": made.reason,
            "job": job.pk,
            "created_at": made.created_at,
        }
        return Response(body, status=202, headers={"Location": f"/api/v1/jobs/{job.pk}/"})


class ItemStatisticsView(ApiView):
    access = {"get": TAUGHT}

    @extend_schema(
        operation_id="lesson_item_statistics", responses=serializers.ItemStatisticsOut(many=True)
    )
    def get(self, request: Request, lesson_id: UUID) -> Response:
        """How the questions of a quiz do, by first attempts, with what looks wrong."""
        lesson: Lesson = lesson_of(request, lesson_id)
        if not owns(lesson.course, request.user):
            raise NotFound
        return Response([_statistics(row) for row in item_statistics.of_quiz(lesson)])


def _statistics(row: item_statistics.ItemStatistics) -> dict[str, Any]:
    return {
        "question": row.question.pk,
        "key": row.question.key,
        "kind": row.question.kind,
        "prompt": row.question.prompt,
        "n": row.n,
        "facility": None if row.facility is None else str(row.facility),
        "discrimination": None if row.discrimination is None else str(row.discrimination),
        "flags": row.flags,
    }


class TimeFactorView(ApiView):
    access = {"put": TAUGHT}

    @extend_schema(
        operation_id="enrollments_time_factor",
        request=serializers.TimeFactorIn,
        responses=serializers.TimeFactorOut,
    )
    def put(self, request: Request, enrollment_id: UUID) -> Response:
        """Give a learner more time for everything timed, 1 to 5 times as long."""
        body = read_body(serializers.TimeFactorIn, request)
        row = accommodating.set_time_factor(
            enrollment_id=enrollment_id, tutor=request.user, factor=body["time_factor"]
        )
        return Response({"enrollment": row.pk, "time_factor": str(row.time_factor)})
