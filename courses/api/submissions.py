"""Handing in exercises, and marking them."""

from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from courses.api import assessment_serializers as serializers
from courses.api.catalogue import lesson_of
from courses.api.learning import place_in, unknown_as_absent
from courses.exercise_rules import rules_of
from courses.models import Submission
from courses.services import submission_marks, submissions
from tutorme.core.access import SIGNED_IN, TUTOR, Grant, Scope
from tutorme.core.api.views import ApiView, read_body
from tutorme.core.errors import NotFound
from tutorme.core.files.serving import signed_link

MINE = Grant(SIGNED_IN, Scope.OWN)
TAUGHT = Grant(TUTOR, Scope.TAUGHT)
_SAME = (
    *("id", "number", "state", "text", "sequence", "due_at", "submitted_at", "days_late"),
    *("penalty_percent", "marks", "comment", "passed", "marked_at", "revision"),
)


def shape(row: Submission) -> dict[str, Any]:
    files = [
        {"id": file.pk, "name": file.name, "size": file.size, "url": signed_link(file)}
        for file in row.files.all()
    ]
    return {
        **{name: getattr(row, name) for name in _SAME},
        "lesson": row.lesson_id,
        "files": files,
        "rubric": row.rubric or rules_of(row.lesson.data).rubric,
        "score": None if row.score is None else str(row.score),
        "max_score": None if row.max_score is None else str(row.max_score),
    }


def mine(request: Request, submission_id: UUID) -> Submission:
    rows = Submission.objects.visible_to(request.user).select_related("lesson")
    row = rows.prefetch_related("files").filter(pk=submission_id).first()
    if row is None:
        raise NotFound
    return row


class SubmissionsView(ApiView):
    access = {"get": Grant(SIGNED_IN, Scope.ENROLLED), "post": Grant(SIGNED_IN, Scope.ENROLLED)}

    @extend_schema(operation_id="submissions_list", responses=serializers.SubmissionOut(many=True))
    def get(self, request: Request, lesson_id: UUID) -> Response:
        """What one handed in to an exercise, the latest first."""
        lesson = lesson_of(request, lesson_id)
        rows = lesson.submissions.filter(enrollment=place_in(request, lesson))
        found = rows.select_related("lesson").prefetch_related("files").order_by("-number")[:50]
        return Response([shape(row) for row in found])

    @extend_schema(
        operation_id="submissions_begin", request=None, responses={201: serializers.SubmissionOut}
    )
    def post(self, request: Request, lesson_id: UUID) -> Response:
        """Begin a draft, or go on with the one at work."""
        with unknown_as_absent(request, lesson_id):
            made = submissions.begin(user=request.user, lesson_id=lesson_id)
        return Response(shape(mine(request, made.pk)), status=201)


class SubmissionView(ApiView):
    access = {"get": MINE, "patch": MINE}
    limit_scope = {"patch": "progress"}

    @extend_schema(operation_id="submissions_read", responses=serializers.SubmissionOut)
    def get(self, request: Request, submission_id: UUID) -> Response:
        """A draft, or what was handed in with its marks."""
        return Response(shape(mine(request, submission_id)))

    @extend_schema(
        operation_id="submissions_save",
        request=serializers.SubmissionTextIn,
        responses=serializers.SubmissionOut,
    )
    def patch(self, request: Request, submission_id: UUID) -> Response:
        """Save the draft; of two saves the one with the higher sequence stands."""
        body = read_body(serializers.SubmissionTextIn, request)
        submissions.save(user=request.user, submission_id=submission_id, **body)
        return Response(shape(mine(request, submission_id)))


class SubmissionFilesView(ApiView):
    access = {"post": MINE}

    @extend_schema(
        operation_id="submissions_attach",
        request=serializers.SubmissionFileIn,
        responses=serializers.SubmissionOut,
    )
    def post(self, request: Request, submission_id: UUID) -> Response:
        """Add an upload to the draft."""
        body = read_body(serializers.SubmissionFileIn, request)
        submissions.attach_stored(
            user=request.user, submission_id=submission_id, file_id=body["file"]
        )
        return Response(shape(mine(request, submission_id)))


class SubmissionFileView(ApiView):
    access = {"delete": MINE}

    @extend_schema(operation_id="submissions_detach", responses={204: None})
    def delete(self, request: Request, submission_id: UUID, file_id: UUID) -> Response:
        """Take a file out of the draft."""
        submissions.detach(user=request.user, submission_id=submission_id, file_id=file_id)
        return Response(status=204)


class HandInView(ApiView):
    access = {"post": MINE}

    @extend_schema(
        operation_id="submissions_hand_in", request=None, responses=serializers.SubmissionOut
    )
    def post(self, request: Request, submission_id: UUID) -> Response:
        """Hand in; doing it twice changes nothing."""
        submissions.hand_in(user=request.user, submission_id=submission_id)
        return Response(shape(mine(request, submission_id)))


# For who marks ---------------------------------------------------------------------------------


def to_mark(request: Request, submission_id: UUID) -> dict[str, Any]:
    rows = Submission.objects.taught_by(request.user).select_related("lesson", "enrollment__user")
    row = rows.prefetch_related("files").filter(pk=submission_id).first()
    if row is None:
        raise NotFound
    return {**shape(row), "learner": row.enrollment.user.display_name}


class GradingSubmissionView(ApiView):
    access = {"get": TAUGHT}

    @extend_schema(operation_id="grading_submission", responses=serializers.SubmissionToMarkOut)
    def get(self, request: Request, submission_id: UUID) -> Response:
        """What a learner handed in, with its rubric."""
        return Response(to_mark(request, submission_id))


class MarkSubmissionView(ApiView):
    access = {"post": TAUGHT}

    @extend_schema(
        operation_id="grading_submission_mark",
        request=serializers.SubmissionMarksIn,
        responses=serializers.SubmissionToMarkOut,
    )
    def post(self, request: Request, submission_id: UUID) -> Response:
        """Grade it by its rubric."""
        body = read_body(serializers.SubmissionMarksIn, request)
        submission_marks.mark(submission_id=submission_id, tutor=request.user, **body)
        return Response(to_mark(request, submission_id))


class RemarkSubmissionView(ApiView):
    access = {"post": TAUGHT}

    @extend_schema(
        operation_id="grading_submission_again",
        request=serializers.SubmissionAgainIn,
        responses=serializers.SubmissionToMarkOut,
    )
    def post(self, request: Request, submission_id: UUID) -> Response:
        """Grade it again, with a reason; a pass that was earned stays."""
        body = read_body(serializers.SubmissionAgainIn, request)
        body.setdefault("comment", "")
        submission_marks.mark_again(submission_id=submission_id, tutor=request.user, **body)
        return Response(to_mark(request, submission_id))


class ReturnSubmissionView(ApiView):
    access = {"post": TAUGHT}

    @extend_schema(
        operation_id="grading_submission_return",
        request=serializers.ReturnIn,
        responses=serializers.SubmissionToMarkOut,
    )
    def post(self, request: Request, submission_id: UUID) -> Response:
        """Give it back for another try."""
        body = read_body(serializers.ReturnIn, request)
        submission_marks.give_back(submission_id=submission_id, tutor=request.user, **body)
        return Response(to_mark(request, submission_id))
