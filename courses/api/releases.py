"""From draft to published and back: checklist, publishing, versions, reviews."""

from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from courses import queries
from courses.api import authoring_serializers as shapes
from courses.api.authoring import MINE, draft_answer, own_course
from courses.api.catalogue import course_of
from courses.models import CourseReview, CourseVersion
from courses.queries.drafts import changelog
from courses.services import checklist, drafting, duplicating, publishing, reviewing
from tutorme.core.access import ANYONE, Grant, Scope
from tutorme.core.api.views import ApiView, read_body
from tutorme.core.errors import NotFound


class ChecklistView(ApiView):
    access = {"get": MINE}

    @extend_schema(operation_id="courses_checklist", responses=shapes.ChecklistOut)
    def get(self, request: Request, course_id: UUID) -> Response:
        """What is still missing for publishing, and where to mend it."""
        items = checklist.items(own_course(request, course_id))
        return Response(
            {
                "is_ready": all(item.is_done for item in items if item.is_required),
                "items": [item.as_json() for item in items],
            }
        )


class PublishView(ApiView):
    access = {"post": MINE}

    @extend_schema(
        operation_id="courses_publish",
        request=shapes.ReleaseIn,
        responses={200: shapes.CourseDraftOut, 202: shapes.ReviewOut},
    )
    def post(self, request: Request, course_id: UUID) -> Response:
        """Publish the draft; 202 with the review where the site looks at courses first. 422
        `course-not-ready` lists what is missing."""
        course = own_course(request, course_id)
        body = read_body(shapes.ReleaseIn, request)
        review = reviewing.release(course=course, actor=request.user, **body)
        if review:
            return Response(review_shape(review), status=202)
        course.refresh_from_db()
        return draft_answer(course, drafting.draft_of(course))


class UnpublishView(ApiView):
    access = {"post": MINE}

    @extend_schema(operation_id="courses_unpublish", request=None, responses=shapes.CourseDraftOut)
    def post(self, request: Request, course_id: UUID) -> Response:
        """Take the course out of the catalogue; whoever has a place keeps it."""
        course = own_course(request, course_id)
        course = publishing.unpublish(course=course, actor_id=request.user.pk)
        return draft_answer(course, drafting.draft_of(course))


class ArchiveView(ApiView):
    access = {"post": MINE, "delete": MINE}

    @extend_schema(operation_id="courses_archive", request=None, responses=shapes.CourseDraftOut)
    def post(self, request: Request, course_id: UUID) -> Response:
        """Take the course out of the catalogue for good; whoever has a place keeps it."""
        course = own_course(request, course_id)
        course = publishing.archive(course=course, actor_id=request.user.pk)
        return draft_answer(course, drafting.draft_of(course))

    @extend_schema(operation_id="courses_archive_undo", responses={204: None})
    def delete(self, request: Request, course_id: UUID) -> Response:
        """Bring it back from the archive, unpublished."""
        publishing.bring_back(course=own_course(request, course_id), actor_id=request.user.pk)
        return Response(status=204)


class DuplicateView(ApiView):
    access = {"post": MINE}

    @extend_schema(
        operation_id="courses_duplicate", request=None, responses={201: shapes.CourseDraftOut}
    )
    def post(self, request: Request, course_id: UUID) -> Response:
        """Begin a new course with a copy of this one's draft."""
        course = own_course(request, course_id)
        made = duplicating.duplicate(course=course, author=request.user)
        answer = draft_answer(made, drafting.draft_of(made), status=201)
        answer["Location"] = f"/api/v1/courses/{made.pk}/"
        return answer


class VersionsView(ApiView):
    access = {"get": Grant(ANYONE, Scope.PUBLISHED)}

    @extend_schema(operation_id="courses_versions", responses=shapes.VersionsOut)
    def get(self, request: Request, course_id: UUID) -> Response:
        """What each version changed, and what came since one finished the course."""
        course = course_of(request, course_id)
        log = changelog(course, queries.enrollment_of(course, request.user))
        return Response(
            {
                "current": course.version,
                "completed": log.completed,
                "since_you_finished": log.since,
                "results": [_version(row, log.completed) for row in log.versions],
            }
        )


def _version(row: CourseVersion, completed: int | None) -> dict[str, Any]:
    return {
        "number": row.number,
        "published_at": row.created_at,
        "note": row.note,
        "is_breaking": row.is_breaking,
        "changes": row.changes,
        "since_you_finished": completed is not None and row.number > completed,
    }


class ReviewView(ApiView):
    access = {"get": MINE, "delete": MINE}

    @extend_schema(operation_id="courses_review", responses=shapes.ReviewOut)
    def get(self, request: Request, course_id: UUID) -> Response:
        """The latest review of this course."""
        return Response(review_shape(_latest(request, course_id)))

    @extend_schema(operation_id="courses_review_withdraw", responses={204: None})
    def delete(self, request: Request, course_id: UUID) -> Response:
        """Withdraw what was handed in."""
        reviewing.withdraw(review=_latest(request, course_id), actor_id=request.user.pk)
        return Response(status=204)


def _latest(request: Request, course_id: UUID) -> CourseReview:
    review = own_course(request, course_id).reviews.order_by("-submitted_at").first()
    if review is None:
        raise NotFound
    return review


def review_shape(review: CourseReview) -> dict[str, Any]:
    names = ("state", "note", "is_breaking", "submitted_at", "decided_at", "reason")
    shown = {name: getattr(review, name) for name in names}
    return {"id": review.pk, "course": review.course_id, **shown}
