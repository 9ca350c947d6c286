"""What belongs to one learner alone: notes, bookmarks, favourites."""

from typing import Any
from uuid import UUID

from django.db.models import F
from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from courses.api import shapes
from courses.api.catalogue import course_of, open_lesson_of
from courses.api.serializers import CourseOut
from courses.models import Favorite, LessonBookmark, LessonNote
from courses.notebook import markdown_of
from courses.queries import catalogue, notebook
from courses.services import notes
from tutorme.core.access import SIGNED_IN, Grant, Scope
from tutorme.core.api.pagination import CursorPage
from tutorme.core.api.serializers import OutputSerializer, SafeText, StrictSerializer, page_of
from tutorme.core.api.views import ApiView, read_body
from tutorme.core.errors import NotFound

OWN = Grant(SIGNED_IN, Scope.OWN)
_DAY_S = 86_400


class NoteIn(StrictSerializer):
    body = SafeText(max_length=10_000, multiline=True, trim_whitespace=False)
    at_s = serializers.IntegerField(
        min_value=0,
        max_value=_DAY_S,
        allow_null=True,
        required=False,
        help_text="Second of a video.",
    )


class NoteEdit(StrictSerializer):
    body = SafeText(max_length=10_000, multiline=True, trim_whitespace=False, required=False)
    at_s = serializers.IntegerField(min_value=0, max_value=_DAY_S, allow_null=True, required=False)


class BookmarkIn(StrictSerializer):
    at_s = serializers.IntegerField(min_value=0, max_value=_DAY_S, default=0)
    # The name is the API's; DRF's own attribute of that name is never read on a serializer class.
    label = SafeText(max_length=120, allow_blank=True, default="")  # type: ignore[assignment]


class NoteOut(OutputSerializer):
    id = serializers.UUIDField()
    lesson = serializers.UUIDField()
    body = serializers.CharField()
    at_s = serializers.IntegerField(allow_null=True)
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()


class BookmarkOut(OutputSerializer):
    id = serializers.UUIDField()
    lesson = serializers.UUIDField()
    at_s = serializers.IntegerField()
    label = serializers.CharField()  # type: ignore[assignment]
    created_at = serializers.DateTimeField()


class FavoriteOut(OutputSerializer):
    course = serializers.UUIDField()
    created_at = serializers.DateTimeField()


class FavoriteCourseOut(FavoriteOut):
    details = CourseOut()


def _note(row: LessonNote) -> dict[str, Any]:
    plain = {name: getattr(row, name) for name in ("body", "at_s", "created_at", "updated_at")}
    return {"id": row.pk, "lesson": row.lesson_id, **plain}


def _bookmark(row: LessonBookmark) -> dict[str, Any]:
    plain = {name: getattr(row, name) for name in ("at_s", "label", "created_at")}
    return {"id": row.pk, "lesson": row.lesson_id, **plain}


class LessonNotesView(ApiView):
    access = {"get": OWN, "post": OWN}

    @extend_schema(operation_id="notes_list", responses=NoteOut(many=True))
    def get(self, request: Request, lesson_id: UUID) -> Response:
        """One's notes beside a lesson, by their place in it."""
        rows = LessonNote.objects.visible_to(request.user).filter(lesson=lesson_id)
        return Response([_note(row) for row in rows.order_by("at_s", "created_at", "id")[:500]])

    @extend_schema(operation_id="notes_write", request=NoteIn, responses={201: NoteOut})
    def post(self, request: Request, lesson_id: UUID) -> Response:
        """Write a note beside a lesson that is open to one."""
        body = read_body(NoteIn, request)
        lesson = open_lesson_of(request, lesson_id)
        note = notes.write_note(
            user=request.user, lesson=lesson, body=body["body"], at_s=body.get("at_s")
        )
        note.refresh_from_db()
        return Response(_note(note), status=201)


class NoteView(ApiView):
    access = {"patch": OWN, "delete": OWN}

    @extend_schema(operation_id="notes_edit", request=NoteEdit, responses=NoteOut)
    def patch(self, request: Request, note_id: UUID) -> Response:
        """Change one's note."""
        body = read_body(NoteEdit, request)
        return Response(
            _note(notes.edit_note(note=_own(LessonNote, request, note_id), changes=body))
        )

    @extend_schema(operation_id="notes_delete", responses={204: None})
    def delete(self, request: Request, note_id: UUID) -> Response:
        """Throw one's note away."""
        _own(LessonNote, request, note_id).delete()
        return Response(status=204)


def _own(model: Any, request: Request, pk: UUID) -> Any:
    row = model.objects.visible_to(request.user).filter(pk=pk).first()
    if row is None:
        raise NotFound
    return row


class CourseNotesView(ApiView):
    access = {"get": OWN}

    @extend_schema(operation_id="notes_of_course", responses=NoteOut(many=True))
    def get(self, request: Request, course_id: UUID) -> Response:
        """One's notes in a course, in the order of its lessons."""
        course = course_of(request, course_id)
        return Response([_note(row) for row in notebook.notes_in(course, request.user)])


class NotesExportView(ApiView):
    access = {"get": OWN}

    @extend_schema(
        operation_id="notes_export", responses={(200, "text/markdown"): OpenApiTypes.STR}
    )
    def get(self, request: Request, course_id: UUID) -> HttpResponse:
        """One's notes and bookmarks in a course, as Markdown."""
        course = course_of(request, course_id)
        text = markdown_of(course.title, *notebook.all_in(course, request.user))
        return HttpResponse(text, content_type="text/markdown; charset=utf-8")


class LessonBookmarksView(ApiView):
    access = {"get": OWN, "post": OWN}

    @extend_schema(operation_id="bookmarks_list", responses=BookmarkOut(many=True))
    def get(self, request: Request, lesson_id: UUID) -> Response:
        """One's bookmarks in a lesson."""
        rows = LessonBookmark.objects.visible_to(request.user).filter(lesson=lesson_id)
        return Response([_bookmark(row) for row in rows.order_by("at_s")[:500]])

    @extend_schema(
        operation_id="bookmarks_set",
        request=BookmarkIn,
        responses={201: BookmarkOut, 200: BookmarkOut},
    )
    def post(self, request: Request, lesson_id: UUID) -> Response:
        """Mark a place; marking it again changes its label (200)."""
        body = read_body(BookmarkIn, request)
        lesson = open_lesson_of(request, lesson_id)
        row, is_new = notes.bookmark(user=request.user, lesson=lesson, **body)
        row.refresh_from_db()
        return Response(_bookmark(row), status=201 if is_new else 200)


class BookmarkView(ApiView):
    access = {"delete": OWN}

    @extend_schema(operation_id="bookmarks_delete", responses={204: None})
    def delete(self, request: Request, bookmark_id: UUID) -> Response:
        """Take a bookmark out."""
        _own(LessonBookmark, request, bookmark_id).delete()
        return Response(status=204)


class CourseBookmarksView(ApiView):
    access = {"get": OWN}

    @extend_schema(operation_id="bookmarks_of_course", responses=BookmarkOut(many=True))
    def get(self, request: Request, course_id: UUID) -> Response:
        """One's bookmarks in a course, in the order of its lessons."""
        course = course_of(request, course_id)
        return Response([_bookmark(row) for row in notebook.bookmarks_in(course, request.user)])


class FavoritesView(ApiView):
    access = {"get": OWN}
    page_ordering = ("-created_at", "-id")

    @extend_schema(operation_id="favorites_list", responses=page_of(FavoriteCourseOut))
    def get(self, request: Request) -> Response:
        """The courses one keeps in mind, the latest first; what left the catalogue is left out."""
        page = CursorPage()
        columns = {f"c_{name}": F(f"course__{name}") for name in catalogue.CARD}
        rows = notebook.kept(request.user).values("id", "course_id", "created_at", **columns)
        found = page.paginate_queryset(rows, request, self) or []
        return page.get_paginated_response([_kept(row) for row in found])


def _kept(row: dict[str, Any]) -> dict[str, Any]:
    card = shapes.course({name: row[f"c_{name}"] for name in catalogue.CARD})
    return {"course": row["course_id"], "created_at": row["created_at"], "details": card}


class FavoriteView(ApiView):
    access = {"get": OWN, "put": OWN, "delete": OWN}

    @extend_schema(operation_id="favorites_read", responses=FavoriteOut)
    def get(self, request: Request, course_id: UUID) -> Response:
        """Whether one keeps this course; 404 if not."""
        row = Favorite.objects.visible_to(request.user).filter(course=course_id).first()
        if row is None:
            raise NotFound
        return Response({"course": row.course_id, "created_at": row.created_at})

    @extend_schema(
        operation_id="favorites_keep",
        request=None,
        responses={200: FavoriteOut, 201: FavoriteOut},
    )
    def put(self, request: Request, course_id: UUID) -> Response:
        """Keep a course in mind; doing so twice changes nothing."""
        row, is_new = notes.keep(user=request.user, course=course_of(request, course_id))
        row.refresh_from_db()
        body = {"course": row.course_id, "created_at": row.created_at}
        return Response(body, status=201 if is_new else 200)

    @extend_schema(operation_id="favorites_let_go", responses={204: None})
    def delete(self, request: Request, course_id: UUID) -> Response:
        """Take a course off one's list, whether it was there or not."""
        notes.let_go(user=request.user, course_id=course_id)
        return Response(status=204)
