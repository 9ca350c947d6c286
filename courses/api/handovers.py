"""What learners hand to tutors when they are stuck, and what comes back."""

from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from courses.models import Handover
from courses.queries import handovers
from courses.services import handing_over
from tutorme.core.access import SIGNED_IN, TUTOR, Grant, Scope
from tutorme.core.api.pagination import CursorPage
from tutorme.core.api.serializers import OutputSerializer, SafeText, StrictSerializer, page_of
from tutorme.core.api.views import ApiView, read_body
from tutorme.core.errors import NotFound


class HandoverLessonOut(OutputSerializer):
    id = serializers.UUIDField()
    key = serializers.CharField()
    title = serializers.CharField()
    course = serializers.UUIDField()
    course_slug = serializers.CharField()
    course_title = serializers.CharField()


class HandoverPersonOut(OutputSerializer):
    id = serializers.UUIDField()
    display_name = serializers.CharField()


class HandoverOut(OutputSerializer):
    id = serializers.UUIDField()
    lesson = HandoverLessonOut()
    student = HandoverPersonOut()
    tutor = HandoverPersonOut()
    at_s = serializers.IntegerField(allow_null=True, help_text="Second of the video.")
    note = serializers.CharField()
    booking = serializers.UUIDField(allow_null=True, help_text="The lesson booked for it.")
    reply = serializers.CharField(help_text="Markdown.")
    practice = serializers.UUIDField(allow_null=True, help_text="A lesson to do next.")
    replied_at = serializers.DateTimeField(allow_null=True)
    created_at = serializers.DateTimeField()


class TriedOut(OutputSerializer):
    number = serializers.IntegerField()
    percent = serializers.IntegerField(allow_null=True)
    passed = serializers.BooleanField(allow_null=True)
    submitted_at = serializers.DateTimeField(allow_null=True)


class HandedNoteOut(OutputSerializer):
    body = serializers.CharField()
    at_s = serializers.IntegerField(allow_null=True)


class HandoverPackOut(HandoverOut):
    seconds = serializers.IntegerField(help_text="How long the learner was in the lesson.")
    is_done = serializers.BooleanField()
    attempts = TriedOut(many=True)
    notes = HandedNoteOut(many=True, help_text="Only where the learner handed them over.")


class AnswerIn(StrictSerializer):
    reply = SafeText(max_length=5000, multiline=True)
    practice = SafeText(
        max_length=80, required=False, allow_blank=True, help_text="Key of a lesson to do next."
    )


def handover(row: Handover) -> dict[str, Any]:
    lesson = row.lesson
    return {
        "id": row.pk,
        "lesson": {
            **{name: getattr(lesson, name) for name in ("id", "key", "title")},
            "course": lesson.course_id,
            "course_slug": lesson.course.slug,
            "course_title": lesson.course.title,
        },
        "student": {"id": row.student_id, "display_name": row.student.display_name},
        "tutor": {"id": row.tutor_id, "display_name": row.tutor.display_name},
        "booking": row.booking_id,
        "practice": row.practice_id,
        **{name: getattr(row, name) for name in _PLAIN},
    }


_PLAIN = ("at_s", "note", "reply", "replied_at", "created_at")


def pack(row: Handover) -> dict[str, Any]:
    found = handovers.pack(row)
    return {
        **handover(row),
        "seconds": found.seconds,
        "is_done": found.is_done,
        "attempts": [vars(one) for one in found.tried],
        "notes": [{"body": note.body, "at_s": note.at_s} for note in found.notes],
    }


class HandoversView(ApiView):
    access = {"get": Grant(SIGNED_IN, Scope.OWN)}
    page_ordering = ("-created_at", "-id")

    @extend_schema(operation_id="handovers_list", responses=page_of(HandoverOut))
    def get(self, request: Request) -> Response:
        """What one handed over, and what was handed to one as a tutor."""
        people = ("lesson__course", "tutor", "student")
        rows = Handover.objects.visible_to(request.user).select_related(*people)
        page = CursorPage()
        found = page.paginate_queryset(rows, request, self) or []
        return page.get_paginated_response([handover(row) for row in found])


class HandoverView(ApiView):
    access = {"get": Grant(SIGNED_IN, Scope.OWN)}

    @extend_schema(operation_id="handovers_read", responses=HandoverPackOut)
    def get(self, request: Request, handover_id: UUID) -> Response:
        """One of them with the learner's attempts and, where handed over, their notes."""
        return Response(pack(_one(request, handover_id)))


class AnswerView(ApiView):
    access = {"post": Grant(TUTOR, Scope.OWN)}

    @extend_schema(operation_id="handovers_answer", request=AnswerIn, responses=HandoverPackOut)
    def post(self, request: Request, handover_id: UUID) -> Response:
        """Write back to the learner's lesson, and name one to do next."""
        body = read_body(AnswerIn, request)
        handing_over.answer(
            handover_id=handover_id,
            tutor=request.user,
            reply=body["reply"],
            practice=body.get("practice", ""),
        )
        return Response(pack(_one(request, handover_id)))


def _one(request: Request, handover_id: UUID) -> Handover:
    row = handovers.handover_of(request.user, handover_id)
    if row is None:
        raise NotFound
    return row
