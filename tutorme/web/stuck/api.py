"""Tutors for a lesson, now: the bridge between courses and booking, for other programs."""

from typing import Any
from uuid import UUID

from django.conf import settings
from django.urls import reverse
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from courses.api.catalogue import open_lesson_of
from courses.api.handovers import HandoverOut
from courses.api.handovers import handover as shape
from courses.queries.handovers import handover_of
from courses.services import handing_over
from tutorme.core.access import SIGNED_IN, Grant, Scope
from tutorme.core.api.serializers import MoneyField, OutputSerializer, SafeText, StrictSerializer
from tutorme.core.api.views import ApiView, read_body
from tutorme.core.errors import NotFound
from tutorme.web.stuck.finding import Helper, Knows, helpers

ENROLLED = Grant(SIGNED_IN, Scope.ENROLLED)


class HelperOut(OutputSerializer):
    id = serializers.UUIDField()
    display_name = serializers.CharField()
    headline = serializers.CharField()
    knows = serializers.ChoiceField(
        choices=[str(word) for word in Knows], help_text="How they know this course."
    )
    starts = serializers.ListField(
        child=serializers.DateTimeField(), help_text="The first moments that can be booked."
    )
    minutes = serializers.IntegerField(help_text="Of the shortest lesson they offer.")
    price = MoneyField()
    book_url = serializers.URLField()


class HelpOut(OutputSerializer):
    lesson = serializers.UUIDField()
    tutors = HelperOut(many=True)


class HandoverIn(StrictSerializer):
    tutor = serializers.UUIDField()
    note = SafeText(max_length=1000, multiline=True, required=False, allow_blank=True)
    at_s = serializers.IntegerField(
        min_value=0, max_value=86_400, required=False, help_text="Second of the video."
    )
    with_notes = serializers.BooleanField(
        required=False, help_text="Whether one's notes to the lesson go along."
    )


class LessonHelpView(ApiView):
    access = {"get": ENROLLED, "post": ENROLLED}
    limit_scope = "search"

    @extend_schema(operation_id="lessons_help", responses=HelpOut)
    def get(self, request: Request, lesson_id: UUID) -> Response:
        """Tutors who know the course of this lesson and are free now or within a week."""
        lesson = open_lesson_of(request, lesson_id)
        found = helpers(lesson, request.user)
        return Response({"lesson": lesson.pk, "tutors": [_helper(one) for one in found]})

    @extend_schema(
        operation_id="lessons_help_ask", request=HandoverIn, responses={201: HandoverOut}
    )
    def post(self, request: Request, lesson_id: UUID) -> Response:
        """Hand over where one is stuck to one of these tutors. Book with `about` set to its id;
        the tutor reads it from then on."""
        body = read_body(HandoverIn, request)
        lesson = open_lesson_of(request, lesson_id)
        if body["tutor"] not in {one.id for one in helpers(lesson, request.user)}:
            raise NotFound
        made = handing_over.ask(
            user=request.user,
            lesson=lesson,
            tutor_id=body["tutor"],
            note=body.get("note", ""),
            at_s=body.get("at_s"),
            with_notes=body.get("with_notes", False),
        )
        row = handover_of(request.user, made.pk)
        assert row is not None
        return Response(shape(row), status=201)


def _helper(one: Helper) -> dict[str, Any]:
    return {
        "id": one.id,
        "display_name": one.name,
        "headline": one.headline,
        "knows": str(one.knows),
        "starts": list(one.starts),
        "minutes": one.minutes,
        "price": one.price.as_json(),
        "book_url": f"{settings.PUBLIC_BASE_URL}{reverse('book', args=[one.slug])}",
    }
