"""Courses people ask for: one's own wishes, and what those who teach see of all of them."""

from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from courses.api.authoring import MINE, own_course
from courses.models import Course, CourseWish
from courses.queries.wishes import asked_for
from courses.services import wishing
from tutorme.core.access import SIGNED_IN, TUTOR, Grant, Scope
from tutorme.core.api.pagination import CursorPage
from tutorme.core.api.serializers import OutputSerializer, SafeText, StrictSerializer, page_of
from tutorme.core.api.views import ApiView, read_body

OWN = Grant(SIGNED_IN, Scope.OWN)


class CourseWishIn(StrictSerializer):
    words = SafeText(max_length=80, help_text="A subject or a few words.")
    level = serializers.ChoiceField(choices=Course.Difficulty.choices, allow_blank=True, default="")
    note = SafeText(max_length=500, allow_blank=True, multiline=True, default="")


class CourseWishOut(OutputSerializer):
    id = serializers.UUIDField()
    words = serializers.CharField()
    level = serializers.CharField(help_text="Empty for any level.")
    note = serializers.CharField()
    state = serializers.ChoiceField(choices=CourseWish.State.choices)
    course = serializers.UUIDField(allow_null=True, help_text="The course that answered it.")
    created_at = serializers.DateTimeField()


class AskedForOut(OutputSerializer):
    words = serializers.CharField()
    people = serializers.IntegerField()


class WishAnswerIn(StrictSerializer):
    words = SafeText(max_length=80)
    course = serializers.UUIDField(help_text="A course of one's own.")


class WishAnswerOut(OutputSerializer):
    told = serializers.IntegerField(help_text="0 before the course is published.")


def _shape(row: CourseWish) -> dict[str, Any]:
    names = ("words", "level", "note", "state", "created_at")
    plain = {name: getattr(row, name) for name in names}
    return {"id": row.pk, "course": row.course_id, **plain}


class WishesView(ApiView):
    access = {"get": OWN, "post": OWN}
    page_ordering = ("-created_at", "-id")

    @extend_schema(operation_id="wishes_list", responses=page_of(CourseWishOut))
    def get(self, request: Request) -> Response:
        """The courses one asked for, the latest first."""
        page = CursorPage()
        rows = page.paginate_queryset(CourseWish.objects.visible_to(request.user), request, self)
        return page.get_paginated_response([_shape(row) for row in rows or []])

    @extend_schema(
        operation_id="wishes_make",
        request=CourseWishIn,
        responses={200: CourseWishOut, 201: CourseWishOut},
    )
    def post(self, request: Request) -> Response:
        """Ask for a course; the same words again change the open wish."""
        row, is_new = wishing.wish(user=request.user, **read_body(CourseWishIn, request))
        return Response(_shape(row), status=201 if is_new else 200)


class WishView(ApiView):
    access = {"delete": OWN}

    @extend_schema(operation_id="wishes_withdraw", responses={204: None})
    def delete(self, request: Request, wish_id: UUID) -> Response:
        """Take an open wish back; nothing of it is kept."""
        wishing.withdraw(user=request.user, wish_id=wish_id)
        return Response(status=204)


class AskedForView(ApiView):
    access = {"get": Grant(TUTOR, Scope.ALL), "post": MINE}

    @extend_schema(operation_id="wishes_asked_for", responses=AskedForOut(many=True))
    def get(self, request: Request) -> Response:
        """What is asked for most, by words and how many people; nobody is named."""
        return Response([{"words": row.words, "people": row.people} for row in asked_for()])

    @extend_schema(operation_id="wishes_answer", request=WishAnswerIn, responses=WishAnswerOut)
    def post(self, request: Request) -> Response:
        """Say that a course of one's own is what was asked for; whoever asked is told once it is
        published."""
        body = read_body(WishAnswerIn, request)
        course = own_course(request, body["course"])
        told = wishing.mark(course=course, words=body["words"], actor_id=request.user.pk)
        return Response({"told": told})
