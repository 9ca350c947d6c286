"""Hints inside a lesson, one rung at a time."""

from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from ai.api import serializers, shapes
from ai.models import Ladder, Rung
from ai.services import helping
from courses import markdown
from courses.api.catalogue import open_lesson_of
from courses.api.learning import place_in
from tutorme.core.access import SIGNED_IN, Grant, Scope
from tutorme.core.api.views import ApiView, read_body
from tutorme.core.errors import NotFound

MINE = Grant(SIGNED_IN, Scope.OWN)
ENROLLED = Grant(SIGNED_IN, Scope.ENROLLED)


def rung_shape(rung: Rung) -> dict[str, Any]:
    return {
        "number": rung.number,
        "state": rung.state,
        "is_example": rung.is_example,
        "text": rung.text,
        "html": str(markdown.html_of(rung.text)) if rung.text else "",
        "job": rung.job_id,
    }


def shape(ladder: Ladder) -> dict[str, Any]:
    return {
        "id": ladder.pk,
        "lesson": ladder.lesson_id,
        "task": ladder.task,
        "rungs": [rung_shape(rung) for rung in ladder.rungs.all()],
        "created_at": ladder.created_at,
    }


def own_ladder(request: Request, ladder_id: UUID) -> Ladder:
    rows = Ladder.objects.visible_to(request.user).select_related("lesson__course")
    found = rows.filter(pk=ladder_id).first()
    if found is None:
        raise NotFound
    return found


class HelpView(ApiView):
    access = {"get": ENROLLED, "post": ENROLLED}

    @extend_schema(operation_id="ai_help_list", responses=shapes.LadderOut(many=True))
    def get(self, request: Request, lesson_id: UUID) -> Response:
        """What one asked in a lesson, the latest first."""
        lesson = open_lesson_of(request, lesson_id)
        rows = Ladder.objects.visible_to(request.user).filter(lesson=lesson)
        found = rows.prefetch_related("rungs").order_by("-id")[:20]
        return Response([shape(row) for row in found])

    @extend_schema(
        operation_id="ai_help_begin",
        request=serializers.TaskIn,
        responses={201: shapes.LadderOut},
    )
    def post(self, request: Request, lesson_id: UUID) -> Response:
        """Say what you are stuck on. The first hint is asked for with `next`."""
        lesson = open_lesson_of(request, lesson_id)
        enrollment = place_in(request, lesson)
        body = read_body(serializers.TaskIn, request)
        ladder = helping.begin(enrollment=enrollment, lesson=lesson, task=body["task"])
        return Response(shape(ladder), status=201)


class LadderView(ApiView):
    access = {"get": MINE}

    @extend_schema(operation_id="ai_help_read", responses=shapes.LadderOut)
    def get(self, request: Request, ladder_id: UUID) -> Response:
        """The hints so far."""
        return Response(shape(own_ladder(request, ladder_id)))


class NextView(ApiView):
    access = {"post": MINE}

    @extend_schema(operation_id="ai_help_next", request=None, responses={202: shapes.LadderOut})
    def post(self, request: Request, ladder_id: UUID) -> Response:
        """The next hint: three, then a worked example of something similar."""
        ladder = own_ladder(request, ladder_id)
        lesson = open_lesson_of(request, ladder.lesson_id)
        helping.climb(ladder=ladder, enrollment=place_in(request, lesson))
        return Response(shape(own_ladder(request, ladder_id)), status=202)
