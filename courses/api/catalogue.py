"""Finding courses and reading them."""

from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import Q
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from courses import queries
from courses.api import serializers, shapes
from courses.markdown import html_of
from courses.models import Course, Lesson
from courses.querysets import CourseQuerySet
from tutorme.core.access import ANYONE, Grant, Scope
from tutorme.core.api.pagination import CursorPage
from tutorme.core.api.views import ApiView, etag, not_modified, read_query
from tutorme.core.errors import NotFound
from tutorme.core.money import WITHOUT_DECIMALS


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


def narrowed(wanted: dict[str, Any]) -> CourseQuerySet:
    """The published courses that fit; prices compare in major units, whatever the currency."""
    fits = Q()
    for name in ("category", "difficulty", "language", "instructor"):
        if name in wanted:
            fits &= Q((name, wanted[name]))
    if "price_min" in wanted:
        fits &= _priced("gte", wanted["price_min"])
    if "price_max" in wanted:
        fits &= _priced("lte", wanted["price_max"])
    return queries.catalogue(wanted.get("search", "")).filter(fits)


def _priced(comparison: str, amount: Decimal) -> Q:
    column = f"price_minor__{comparison}"
    whole = Q(currency__in=WITHOUT_DECIMALS)
    return Q(whole, (column, int(amount))) | Q(~whole, (column, int(amount * 100)))


class CatalogueView(ApiView):
    access = {"get": Grant(ANYONE, Scope.PUBLISHED)}
    limit_scope = "search"

    @extend_schema(
        operation_id="courses_list",
        parameters=[serializers.CatalogueQuery],
        responses=serializers.CataloguePageOut,
    )
    def get(self, request: Request) -> Response:
        """Search and browse. Without `search` the newest come first."""
        wanted = read_query(serializers.CatalogueQuery, request)
        found = narrowed(wanted)
        order = queries.order_of(wanted.get("ordering"), wanted.get("search", ""))
        page = CursorPage()
        self.page_ordering = queries.ORDERS[order]
        extra = ("rank",) if wanted.get("search") else ()
        rows = page.paginate_queryset(found.values(*queries.CARD, *extra), request, self) or []
        facets = queries.facets(found)
        body = page.get_paginated_response([shapes.course(row) for row in rows]).data
        return Response({**body, "count": sum(facets["language"].values()), "facets": facets})


class CourseView(ApiView):
    access = {"get": Grant(ANYONE, Scope.PUBLISHED)}

    @extend_schema(operation_id="courses_read", responses=serializers.CourseDetailOut)
    def get(self, request: Request, course_id: UUID) -> Response:
        """One course; conditional by ETag."""
        course = course_of(request, course_id)
        enrollment = queries.enrollment_of(course, request.user)
        tag = etag(course.pk, course.version, course.updated_at, bool(enrollment))
        if not_modified(request, tag):
            return Response(status=304, headers={"ETag": tag})
        card = shapes.course(Course.objects.values(*queries.CARD).get(pk=course.pk))
        more = {"description": course.description, "outcomes": course.outcomes}
        body = {**card, **more, "enrolled": enrollment is not None}
        return Response(body, headers={"ETag": tag})


class OutlineView(ApiView):
    access = {"get": Grant(ANYONE, Scope.PUBLISHED)}

    @extend_schema(operation_id="courses_outline", responses=serializers.OutlineOut)
    def get(self, request: Request, course_id: UUID) -> Response:
        """Sections and lessons with one's own state and, where closed, why."""
        course = course_of(request, course_id)
        return Response(shapes.outline(queries.outline(course, request.user)))


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
            card |= {"body": lesson.body, "html": html_of(lesson.body)}
        return Response(card)


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
