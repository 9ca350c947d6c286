"""Finding courses and reading them."""

from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from courses import file_links, queries
from courses.api import serializers, shapes
from courses.errors import LessonLocked
from courses.models import Course, Lesson
from courses.queries import catalogue
from courses.queries.bodies import as_json, body_of
from courses.queries.wanted import Wanted
from tutorme.core.access import ANYONE, Grant, Scope
from tutorme.core.api.pagination import CursorPage
from tutorme.core.api.views import ApiView, etag, not_modified, read_query
from tutorme.core.errors import NotFound


def course_of(request: Request, course_id: UUID) -> Course:
    course = (
        Course.objects.visible_to(request.user)
        .select_related("instructor")
        .filter(pk=course_id)
        .first()
    )
    if course is None:
        raise NotFound
    return course


class CatalogueView(ApiView):
    access = {"get": Grant(ANYONE, Scope.PUBLISHED)}
    limit_scope: str | dict[str, str] | None = "search"
    cache_control = "private, no-cache"

    @extend_schema(
        operation_id="courses_list",
        parameters=[serializers.CatalogueQuery],
        responses=serializers.CataloguePageOut,
    )
    def get(self, request: Request) -> Response:
        """Search and browse; conditional by ETag. Without `search` the newest come first.
        `facets` say how many courses each further choice would leave; a facet ignores its own
        filter. Prices compare by their number, in units of each course's own currency."""
        asked = read_query(serializers.CatalogueQuery, request)
        size = CursorPage().get_page_size(request)
        at, minute = catalogue.anonymous_tag()
        tag = etag(request.get_full_path(), at, minute)
        if not_modified(request, tag):
            return Response(status=304, headers={"ETag": tag})
        cursor = asked.pop("cursor", "")
        asked.pop("page_size", None)
        found = catalogue.search(Wanted.of(asked), viewer=None, cursor=cursor, size=size, at=at)
        return Response(shapes.catalogue(found, request), headers={"ETag": tag})


class CourseView(ApiView):
    access = {"get": Grant(ANYONE, Scope.PUBLISHED)}

    @extend_schema(operation_id="courses_read", responses=serializers.CourseDetailOut)
    def get(self, request: Request, course_id: UUID) -> Response:
        """One course; conditional by ETag."""
        course = course_of(request, course_id)
        enrollment = queries.enrollment_of(course, request.user)
        figures = (course.enrollment_count, course.rating_count, course.rating_sum)
        tag = etag(course.pk, course.version, course.updated_at, bool(enrollment), *figures)
        if not_modified(request, tag):
            return Response(status=304, headers={"ETag": tag})
        card = shapes.course(Course.objects.values(*catalogue.CARD).get(pk=course.pk))
        more = {"description": course.description, "outcomes": course.outcomes}
        body = {**card, **more, "enrolled": enrollment is not None}
        return Response(body, headers={"ETag": tag})


class OutlineView(ApiView):
    access = {"get": Grant(ANYONE, Scope.PUBLISHED)}

    @extend_schema(operation_id="courses_outline", responses=serializers.OutlineOut)
    def get(self, request: Request, course_id: UUID) -> Response:
        """Sections and lessons with one's own state and, where closed, why; conditional by ETag."""
        course = course_of(request, course_id)
        body = shapes.outline(queries.outline(course, request.user))
        tag = etag(repr(body))
        if not_modified(request, tag):
            return Response(status=304, headers={"ETag": tag})
        return Response(body, headers={"ETag": tag})


class LessonView(ApiView):
    access = {"get": Grant(ANYONE, Scope.ENROLLED)}

    @extend_schema(operation_id="lessons_read", responses=serializers.LessonOut)
    def get(self, request: Request, lesson_id: UUID) -> Response:
        """One lesson; its body is there only where it is open to the caller."""
        lesson = lesson_of(request, lesson_id)
        enrollment = queries.enrollment_of(lesson.course, request.user)
        lock = queries.lock_of(lesson, request.user, enrollment)
        card = {
            "id": lesson.pk,
            "course": lesson.course_id,
            "key": lesson.key,
            "title": lesson.title,
            "kind": lesson.kind,
            "minutes": lesson.minutes,
            "lock": lock.reason,
            "opens_at": lock.opens_at,
            "waits_for": lock.waits_for,
        }
        if not lock:
            is_inside = enrollment is not None or queries.owns(lesson.course, request.user)
            card |= _opened(lesson, request.user, inside=is_inside)
        return Response(card)


def _opened(lesson: Lesson, user: Any, *, inside: bool) -> dict[str, Any]:
    """A live session open to everybody is read by everybody, and joined by who has a place."""
    course = lesson.course
    body = body_of(
        lesson,
        base=file_links.base(course),
        address=lambda name: file_links.personal(course, name, user),
    )
    content = as_json(body)
    if not inside:
        content.pop("join_url", None)
    return {"body": lesson.body, "html": body.html, "content": content}


def lesson_of(request: Request, lesson_id: UUID) -> Lesson:
    lesson = (
        Lesson.objects.filter(
            pk=lesson_id,
            is_published=True,
            course__in=Course.objects.visible_to(request.user),
        )
        .select_related("course")
        .first()
    )
    if lesson is None:
        raise NotFound
    return lesson


def open_lesson_of(request: Request, lesson_id: UUID) -> Lesson:
    """One whose body this person may read; `LessonLocked` where they may only know of it."""
    lesson = lesson_of(request, lesson_id)
    enrollment = queries.enrollment_of(lesson.course, request.user)
    if lock := queries.lock_of(lesson, request.user, enrollment):
        raise LessonLocked(reason=lock.reason)
    return lesson
