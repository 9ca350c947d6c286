"""Groups as their tutor sets them and everybody sees them; what students say of a tutor."""

from datetime import UTC
from uuid import UUID

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from booking import queries
from booking.api import more_serializers as more
from booking.api import serializers, shapes
from booking.api.views import viewer
from booking.models import GroupSession, LessonReview, TutorStanding
from booking.querysets import GroupSessionQuerySet
from booking.services import groups, reviews
from tutorme.core.access import ANYONE, SIGNED_IN, TUTOR, Grant, Scope
from tutorme.core.api.pagination import CursorPage
from tutorme.core.api.serializers import page_of
from tutorme.core.api.views import ApiView, ApiViewSet, read_body
from tutorme.core.errors import NotFound
from tutorme.core.row_security import as_system

PUBLIC = Grant(ANYONE, Scope.PUBLISHED)
OWN = Grant(SIGNED_IN, Scope.OWN)


def _groups() -> GroupSessionQuerySet:
    return GroupSession.objects.with_taken().select_related("tutor", "lesson_type")


class TutorGroupsView(ApiView):
    access = {"get": PUBLIC}
    page_ordering = ("starts_at", "id")

    @extend_schema(operation_id="tutors_groups", responses=page_of(more.GroupOut))
    def get(self, request: Request, tutor_id: UUID) -> Response:
        """Lessons for several that can be joined, with the seats left."""
        if not queries.is_bookable(tutor_id):
            raise NotFound
        page = CursorPage()
        rows = _groups().ahead(timezone.now()).filter(tutor_id=tutor_id)
        with as_system("how many seats of a class are taken; not whose"):
            found = page.paginate_queryset(rows, request, self) or []
        return page.get_paginated_response([shapes.group(row) for row in found])


class OwnGroupsView(ApiViewSet):
    access = {
        "list": Grant(TUTOR, Scope.OWN),
        "create": Grant(TUTOR, Scope.OWN),
        "cancel": Grant(TUTOR, Scope.OWN),
    }
    page_ordering = ("-starts_at", "-id")

    @extend_schema(operation_id="me_groups", responses=page_of(more.GroupOut))
    def list(self, request: Request) -> Response:
        """One's own groups, the latest first."""
        page = CursorPage()
        mine = _groups().filter(tutor=viewer(request))
        rows = page.paginate_queryset(mine, request, self) or []
        return page.get_paginated_response([shapes.group(row) for row in rows])

    @extend_schema(
        operation_id="me_groups_create", request=more.GroupIn, responses={201: more.GroupOut}
    )
    def create(self, request: Request) -> Response:
        """Set a time for a lesson for several."""
        body = read_body(more.GroupIn, request)
        row = groups.open_session(
            tutor=viewer(request),
            lesson_type_id=body["session_type"],
            start=body["start"].astimezone(UTC),
            capacity=body.get("capacity"),
        )
        return Response(shapes.group(_groups().get(pk=row.pk)), status=201)

    @extend_schema(
        operation_id="me_groups_cancel", request=serializers.ReasonIn, responses=more.GroupOut
    )
    def cancel(self, request: Request, pk: UUID) -> Response:
        """Call it off; everybody gets everything back."""
        body = read_body(serializers.ReasonIn, request)
        groups.cancel(group_id=pk, tutor=viewer(request), reason=body.get("reason", ""))
        return Response(shapes.group(_groups().get(pk=pk)))


class TutorReviewsView(ApiView):
    access = {"get": PUBLIC, "put": OWN, "delete": OWN}
    page_ordering = ("-created_at", "-id")

    @extend_schema(operation_id="tutors_reviews", responses=page_of(more.StudentReviewOut))
    def get(self, request: Request, tutor_id: UUID) -> Response:
        """What students say of a tutor, the newest first."""
        if not queries.is_bookable(tutor_id):
            raise NotFound
        page = CursorPage()
        rows = LessonReview.objects.visible_to(request.user).filter(tutor_id=tutor_id)
        found = page.paginate_queryset(rows.select_related("student"), request, self) or []
        return page.get_paginated_response([shapes.review(row) for row in found])

    @extend_schema(
        operation_id="tutors_review_write",
        request=more.StudentReviewIn,
        responses={200: more.StudentReviewOut, 201: more.StudentReviewOut},
    )
    def put(self, request: Request, tutor_id: UUID) -> Response:
        """Give one's one review of a tutor, or change it, after a lesson that was held."""
        body = read_body(more.StudentReviewIn, request)
        row, is_new = reviews.write(
            student=viewer(request),
            tutor_id=tutor_id,
            stars=body["stars"],
            text=body.get("text", ""),
        )
        return Response(shapes.review(row), status=201 if is_new else 200)

    @extend_schema(operation_id="tutors_review_withdraw", responses={204: None})
    def delete(self, request: Request, tutor_id: UUID) -> Response:
        """Take one's review back."""
        user = viewer(request)
        row = LessonReview.objects.filter(tutor_id=tutor_id, student=user).first()
        if row is None:
            raise NotFound
        reviews.withdraw(review_id=row.pk, student=user)
        return Response(status=204)


class StandingView(ApiView):
    access = {"get": PUBLIC}

    @extend_schema(operation_id="tutors_standing", responses=more.StandingOut)
    def get(self, request: Request, tutor_id: UUID) -> Response:
        """A tutor's mean of stars, and how many lessons were held."""
        if not queries.is_bookable(tutor_id):
            raise NotFound
        return Response(shapes.standing(TutorStanding.objects.filter(pk=tutor_id).first()))


class ReviewViewSet(ApiViewSet):
    access = {"reply": OWN, "report": OWN}

    @extend_schema(
        operation_id="tutor_reviews_reply",
        request=more.TutorReplyIn,
        responses=more.StudentReviewOut,
    )
    def reply(self, request: Request, pk: UUID) -> Response:
        """Answer a review of oneself in public; an empty text takes it back."""
        body = read_body(more.TutorReplyIn, request)
        self._visible(request, pk)
        row = reviews.reply(review_id=pk, tutor=viewer(request), text=body["text"])
        return Response(shapes.review(row))

    @extend_schema(
        operation_id="tutor_reviews_report",
        request=more.StudentReviewReportIn,
        responses={204: None},
    )
    def report(self, request: Request, pk: UUID) -> Response:
        """Put a review before a moderator."""
        body = read_body(more.StudentReviewReportIn, request)
        row = self._visible(request, pk)
        reviews.report(review=row, reporter=viewer(request), reason=body["reason"])
        return Response(status=204)

    def _visible(self, request: Request, pk: UUID) -> LessonReview:
        row: LessonReview | None = (
            LessonReview.objects.visible_to(request.user).filter(pk=pk).first()
        )
        if row is None:
            raise NotFound
        return row
