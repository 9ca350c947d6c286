"""Lessons of a draft: written, saved on a revision, kept in their history."""

from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from courses.api import authoring_serializers as shapes
from courses.api.authoring import MINE, own_course, revision_named, tag_of
from courses.api.catalogue import LessonView
from courses.models import Course, LessonDraft, LessonRevision
from courses.services import drafting, outlining, writing
from tutorme.core.api.pagination import CursorPage
from tutorme.core.api.serializers import page_of
from tutorme.core.api.views import IF_MATCH, ApiView, etag, not_modified, read_body
from tutorme.core.errors import NotFound


def own_lesson(request: Request, lesson_id: UUID) -> LessonDraft:
    mine = Course.objects.editable_by(request.user)
    lesson = drafting.lesson_draft(mine, lesson_id)
    if lesson is None:
        raise NotFound
    return lesson


def _answer(lesson: LessonDraft, status: int = 200) -> Response:
    headers = {"ETag": tag_of(lesson.revision)}
    return Response(writing.as_json(lesson), status=status, headers=headers)


class LessonsView(ApiView):
    access = {"get": MINE, "post": MINE}

    @extend_schema(operation_id="courses_lessons", responses=shapes.LessonDraftOut(many=True))
    def get(self, request: Request, course_id: UUID) -> Response:
        """The lessons of the draft in their order, with their texts; conditional by ETag."""
        course = own_course(request, course_id)
        draft = drafting.draft_of(course)
        lessons = course.lesson_drafts.prefetch_related("required_rows").order_by("position")
        rows = list(lessons)
        tag = etag(draft.revision, *(f"{row.pk}:{row.revision}" for row in rows))
        if not_modified(request, tag):
            return Response(status=304, headers={"ETag": tag})
        return Response([writing.as_json(row) for row in rows], headers={"ETag": tag})

    @extend_schema(
        operation_id="courses_lessons_create",
        request=shapes.LessonIn,
        responses={201: shapes.LessonDraftOut},
    )
    def post(self, request: Request, course_id: UUID) -> Response:
        """Add a lesson to the draft, at the end of its section."""
        course = own_course(request, course_id)
        body = read_body(shapes.LessonIn, request)
        lesson = outlining.add_lesson(
            course=course,
            section_id=body.pop("section", None),
            actor_id=request.user.pk,
            **body,
        )
        answer = _answer(lesson, status=201)
        answer["Location"] = f"/api/v1/lessons/{lesson.pk}/draft/"
        return answer


class LessonDeskView(LessonView):
    access = {**LessonView.access, "patch": MINE, "delete": MINE}

    @extend_schema(
        operation_id="lessons_update",
        parameters=[IF_MATCH],
        request=shapes.LessonPatchIn,
        responses=shapes.LessonDraftOut,
    )
    def patch(self, request: Request, lesson_id: UUID) -> Response:
        """Save the draft on the revision of its ETag. 412 `lesson-changed` carries the text as it
        is now; `autosave` never takes most of a text away (422 `shrink-refused`)."""
        lesson = own_lesson(request, lesson_id)
        revision = revision_named(request)
        body: dict[str, Any] = read_body(shapes.LessonPatchIn, request)
        autosave = body.pop("autosave")
        saved = writing.save_lesson(
            lesson=lesson,
            changes=body,
            actor_id=request.user.pk,
            revision=revision,
            autosave=autosave,
        )
        return _answer(saved)

    @extend_schema(operation_id="lessons_delete", responses={204: None})
    def delete(self, request: Request, lesson_id: UUID) -> Response:
        """Take a lesson out of the draft; its history can bring it back. Learners keep it until the
        course is published again, and their progress after that."""
        lesson = own_lesson(request, lesson_id)
        outlining.remove_lesson(lesson=lesson, actor_id=request.user.pk)
        return Response(status=204)


class LessonDraftView(ApiView):
    access = {"get": MINE}

    @extend_schema(operation_id="lessons_draft", responses=shapes.LessonDraftOut)
    def get(self, request: Request, lesson_id: UUID) -> Response:
        """The lesson as its author writes it. Its ETag names the revision to edit."""
        return _answer(own_lesson(request, lesson_id))


class HistoryView(ApiView):
    access = {"get": MINE}
    page_ordering = ("-id",)

    @extend_schema(operation_id="lessons_history", responses=page_of(shapes.RevisionOut))
    def get(self, request: Request, course_id: UUID, lesson_id: UUID) -> Response:
        """What a lesson was before each change, the latest first; of deleted ones too."""
        course = own_course(request, course_id)
        rows = course.lesson_revisions.filter(lesson_id=lesson_id).values(*_REVISION)
        page = CursorPage()
        return page.get_paginated_response(page.paginate_queryset(rows, request, self))


_REVISION = ("id", "revision", "title", "kind", "reason", "created_at", "body", "data")


class RestoreView(ApiView):
    access = {"post": MINE}

    @extend_schema(operation_id="lessons_restore", request=None, responses=shapes.LessonDraftOut)
    def post(
        self, request: Request, course_id: UUID, lesson_id: UUID, revision_id: int
    ) -> Response:
        """Make the lesson what it was then; what it is now is kept in its history."""
        course = own_course(request, course_id)
        rows = LessonRevision.objects.filter(course=course, lesson_id=lesson_id)
        kept = rows.select_related("course").filter(pk=revision_id).first()
        if kept is None:
            raise NotFound
        return _answer(writing.restore(kept=kept, actor_id=request.user.pk))
