"""Writing courses: everything an author does to a draft. What learners read is in `catalogue`."""

import re
from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from courses.api import authoring_serializers as shapes
from courses.api.catalogue import CatalogueView, CourseView
from courses.api.serializers import CourseDetailOut
from courses.models import Course, CourseDraft, SectionDraft
from courses.queries.drafts import draft_shape
from courses.services import drafting, outlining, publishing
from tutorme.core.access import TUTOR, Grant, Scope
from tutorme.core.api.pagination import CursorPage
from tutorme.core.api.serializers import page_of
from tutorme.core.api.views import IF_MATCH, ApiView, read_body
from tutorme.core.errors import NotFound, PreconditionFailed, PreconditionRequired

MINE = Grant(TUTOR, Scope.TAUGHT)
_REVISION = re.compile(r'^(?:W/)?"r(\d{1,9})"$')


def own_course(request: Request, course_id: UUID) -> Course:
    course = Course.objects.editable_by(request.user).filter(pk=course_id).first()
    if course is None:
        raise NotFound
    return course


def tag_of(revision: int) -> str:
    return f'"r{revision}"'


def revision_named(request: Request) -> int | None:
    """The revision of `If-Match`, None for `*`; edits name what they were made on."""
    header = request.headers.get("If-Match", "").strip()
    if not header:
        raise PreconditionRequired
    if header == "*":
        return None
    match = _REVISION.match(header)
    if match is None:
        raise PreconditionFailed
    return int(match[1])


def draft_answer(course: Course, draft: CourseDraft, status: int = 200) -> Response:
    headers = {"ETag": tag_of(draft.revision)}
    return Response(draft_shape(course, draft), status=status, headers=headers)


class CoursesView(CatalogueView):
    access = {**CatalogueView.access, "post": MINE}
    limit_scope = {"GET": "search", "POST": "write"}

    @extend_schema(
        operation_id="courses_create",
        request=shapes.CourseIn,
        responses={201: shapes.CourseDraftOut},
    )
    def post(self, request: Request) -> Response:
        """Begin a course: a draft nobody else sees."""
        body = read_body(shapes.CourseIn, request)
        course = drafting.create_course(author=request.user, facts=shapes.facts_of(body))
        answer = draft_answer(course, drafting.draft_of(course), status=201)
        answer["Location"] = f"/api/v1/courses/{course.pk}/"
        return answer


class OwnCoursesView(ApiView):
    access = {"get": MINE}
    page_ordering = ("-updated_at", "-id")

    @extend_schema(operation_id="me_courses", responses=page_of(shapes.OwnCourseOut))
    def get(self, request: Request) -> Response:
        """The courses one teaches, in every state, the last touched first."""
        page = CursorPage()
        mine = Course.objects.filter(instructor_id=request.user.pk).select_related("draft")
        rows = page.paginate_queryset(mine, request, self) or []
        return page.get_paginated_response([_own(row) for row in rows])


def _own(course: Course) -> dict[str, Any]:
    names = ("id", "slug", "title", "state", "version", "enrollment_count", "lesson_count")
    draft = getattr(course, "draft", None)
    return {
        **{name: getattr(course, name) for name in names},
        "is_changed": bool(draft and draft.is_changed),
        "updated_at": course.updated_at,
    }


class CourseDeskView(CourseView):
    access = {**CourseView.access, "patch": MINE, "delete": MINE}

    @extend_schema(operation_id="courses_read", responses=CourseDetailOut)
    def get(self, request: Request, course_id: UUID) -> Response:
        """One course; conditional by ETag. For its author the ETag is the draft's, to edit on."""
        answer = super().get(request, course_id)
        if answer.status_code == 200:
            draft = CourseDraft.objects.filter(
                pk=course_id, course__in=Course.objects.editable_by(request.user)
            ).first()
            if draft:
                answer["ETag"] = tag_of(draft.revision)
        return answer

    @extend_schema(
        operation_id="courses_update",
        parameters=[IF_MATCH],
        request=shapes.CoursePatchIn,
        responses=shapes.CourseDraftOut,
    )
    def patch(self, request: Request, course_id: UUID) -> Response:
        """Change the draft's own fields, on the revision of the draft's ETag."""
        course = own_course(request, course_id)
        revision = revision_named(request)
        changes = shapes.facts_of(read_body(shapes.CoursePatchIn, request))
        draft = drafting.edit_facts(
            course=course, changes=changes, actor_id=request.user.pk, revision=revision
        )
        return draft_answer(course, draft)

    @extend_schema(operation_id="courses_delete", responses={204: None})
    def delete(self, request: Request, course_id: UUID) -> Response:
        """Delete a course nobody ever had a place in; others are archived."""
        course = own_course(request, course_id)
        publishing.delete_course(course=course, actor_id=request.user.pk)
        return Response(status=204)


class DraftView(ApiView):
    access = {"get": MINE, "delete": MINE}

    @extend_schema(operation_id="courses_draft", responses=shapes.CourseDraftOut)
    def get(self, request: Request, course_id: UUID) -> Response:
        """The draft: the course's fields and its outline. Its ETag names the revision to edit."""
        course = own_course(request, course_id)
        return draft_answer(course, drafting.draft_of(course))

    @extend_schema(operation_id="courses_draft_discard", responses={204: None})
    def delete(self, request: Request, course_id: UUID) -> Response:
        """Go back to what is published; lessons' histories keep what was written."""
        course = own_course(request, course_id)
        drafting.discard_changes(course=course, actor_id=request.user.pk)
        return Response(status=204)


class SectionsView(ApiView):
    access = {"post": MINE}

    @extend_schema(
        operation_id="courses_sections_create",
        request=shapes.SectionIn,
        responses={201: shapes.SectionDraftOut},
    )
    def post(self, request: Request, course_id: UUID) -> Response:
        """Add a section at the end."""
        course = own_course(request, course_id)
        body = read_body(shapes.SectionIn, request)
        section = outlining.add_section(course=course, actor_id=request.user.pk, **body)
        return Response({"id": section.pk, "title": section.title, "lessons": []}, status=201)


class SectionView(ApiView):
    access = {"patch": MINE, "delete": MINE}

    @extend_schema(
        operation_id="sections_update",
        request=shapes.SectionIn,
        responses=shapes.SectionDraftOut,
    )
    def patch(self, request: Request, section_id: UUID) -> Response:
        """Rename a section of the draft."""
        section = own_section(request, section_id)
        body = read_body(shapes.SectionIn, request)
        outlining.rename_section(section=section, actor_id=request.user.pk, **body)
        lessons = section.lessons.order_by("position").values(*_IN_SECTION)
        return Response({"id": section.pk, "title": section.title, "lessons": list(lessons)})

    @extend_schema(operation_id="sections_delete", responses={204: None})
    def delete(self, request: Request, section_id: UUID) -> Response:
        """Remove a section with its lessons; each can be restored from its history."""
        section = own_section(request, section_id)
        outlining.remove_section(section=section, actor_id=request.user.pk)
        return Response(status=204)


_IN_SECTION = (
    *("id", "key", "title", "kind", "minutes", "is_free_preview", "is_required"),
    *("is_held_back", "revision"),
)


def own_section(request: Request, section_id: UUID) -> SectionDraft:
    mine = Course.objects.editable_by(request.user)
    rows = SectionDraft.objects.select_related("course")
    section = rows.filter(pk=section_id, course__in=mine).first()
    if section is None:
        raise NotFound
    return section


class OrderView(ApiView):
    access = {"post": MINE}

    @extend_schema(
        operation_id="courses_lessons_order",
        request=shapes.OutlineOrderIn,
        responses=shapes.CourseDraftOut,
    )
    def post(self, request: Request, course_id: UUID) -> Response:
        """Set the order of the whole outline; 422 unless it names every lesson once."""
        course = own_course(request, course_id)
        body = read_body(shapes.OutlineOrderIn, request)
        if "sections" in body:
            order = [(row["id"], row["lessons"]) for row in body["sections"]]
        else:
            order = outlining.order_by_lessons(course, body["lessons"])
        outlining.reorder(course=course, order=order, actor_id=request.user.pk)
        return draft_answer(course, drafting.draft_of(course))
