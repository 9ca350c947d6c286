"""What learners say of a course."""

from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from courses.api.catalogue import course_of
from courses.api.shapes import page_link
from courses.models import Course, CourseRating
from courses.queries import opinions
from courses.services import ratings
from tutorme.core.access import ANYONE, SIGNED_IN, TUTOR, Grant, Scope
from tutorme.core.api.pagination import CursorPage
from tutorme.core.api.serializers import OutputSerializer, PageSize, SafeText, StrictSerializer
from tutorme.core.api.views import ApiView, read_body, read_query
from tutorme.core.errors import NotFound


class RatingIn(StrictSerializer):
    rating = serializers.IntegerField(min_value=1, max_value=5)
    review = SafeText(max_length=4000, required=False, allow_blank=True, multiline=True, default="")


class RatingEdit(StrictSerializer):
    rating = serializers.IntegerField(min_value=1, max_value=5, required=False)
    review = SafeText(max_length=4000, required=False, allow_blank=True, multiline=True)


class ReplyIn(StrictSerializer):
    reply = SafeText(max_length=4000, allow_blank=True, multiline=True, help_text="Empty: none.")


class ReportIn(StrictSerializer):
    reason = SafeText(max_length=1000, multiline=True)


class PageQuery(StrictSerializer):
    cursor = serializers.CharField(max_length=1000, required=False, allow_blank=True, default="")
    page_size = PageSize(required=False)


class RatingOut(OutputSerializer):
    id = serializers.UUIDField()
    rating = serializers.IntegerField()
    review = serializers.CharField()
    author = serializers.CharField()
    mine = serializers.BooleanField()
    hidden = serializers.BooleanField(help_text="By a moderator; only its author and staff see it.")
    reply = serializers.CharField()
    replied_at = serializers.DateTimeField(allow_null=True)
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()


class RatingsOut(OutputSerializer):
    next = serializers.URLField(allow_null=True)
    previous = serializers.URLField(allow_null=True)
    results = RatingOut(many=True)
    average = serializers.CharField(help_text="Plain mean with two decimals; 0.00 for none.")
    count = serializers.IntegerField()
    histogram = serializers.DictField(child=serializers.IntegerField())


def shown(row: dict[str, Any], viewer: Any) -> dict[str, Any]:
    """From `values(*opinions.COLUMNS)`."""
    plain = ("id", "rating", "review", "reply", "replied_at", "created_at", "updated_at", "author")
    own = {"mine": row["user_id"] == viewer.pk, "hidden": row["is_hidden"]}
    return {**{name: row[name] for name in plain}, **own}


def rating_of(request: Request, rating_id: UUID, **narrowed: Any) -> CourseRating:
    """One that this person may know of, in a course they may see."""
    found = (
        CourseRating.objects.visible_to(request.user)
        .filter(pk=rating_id, course__in=Course.objects.visible_to(request.user), **narrowed)
        .select_related("course", "user")
        .first()
    )
    if found is None:
        raise NotFound
    return found


def _one(rating: CourseRating, viewer: Any) -> dict[str, Any]:
    row = {name: getattr(rating, name, None) for name in opinions.COLUMNS}
    return shown({**row, "author": rating.user.display_name}, viewer)


class RatingsView(ApiView):
    access = {"get": Grant(ANYONE, Scope.PUBLISHED), "post": Grant(SIGNED_IN, Scope.ENROLLED)}

    @extend_schema(operation_id="ratings_list", parameters=[PageQuery], responses=RatingsOut)
    def get(self, request: Request, course_id: UUID) -> Response:
        """Reviews of a course, the newest first, with the plain mean and how it came about."""
        asked = read_query(PageQuery, request)
        size = CursorPage().get_page_size(request)
        course = course_of(request, course_id)
        found = opinions.reviews(course, request.user, cursor=asked["cursor"], size=size)
        about = opinions.summary(course)
        return Response(
            {
                "next": page_link(request, found.next),
                "previous": page_link(request, found.previous),
                "results": [shown(row, request.user) for row in found.rows],
                "average": str(about.average),
                "count": about.count,
                "histogram": {str(bar.stars): bar.count for bar in about.bars},
            }
        )

    @extend_schema(
        operation_id="ratings_give", request=RatingIn, responses={201: RatingOut, 200: RatingOut}
    )
    def post(self, request: Request, course_id: UUID) -> Response:
        """Rate a course one learns, once a fifth or half an hour of it is done. Rating it again
        changes the one rating (200)."""
        body = read_body(RatingIn, request)
        course = course_of(request, course_id)
        row, is_new = ratings.rate(
            user=request.user, course=course, rating=body["rating"], review=body["review"]
        )
        row = rating_of(request, row.pk)
        return Response(_one(row, request.user), status=201 if is_new else 200)


class RatingView(ApiView):
    access = {"patch": Grant(SIGNED_IN, Scope.OWN), "delete": Grant(SIGNED_IN, Scope.OWN)}

    @extend_schema(operation_id="ratings_edit", request=RatingEdit, responses=RatingOut)
    def patch(self, request: Request, rating_id: UUID) -> Response:
        """Change one's own rating."""
        body = read_body(RatingEdit, request)
        own = rating_of(request, rating_id, user=request.user)
        ratings.edit(rating=own, stars=body.get("rating"), review=body.get("review"))
        return Response(_one(rating_of(request, rating_id), request.user))

    @extend_schema(operation_id="ratings_delete", responses={204: None})
    def delete(self, request: Request, rating_id: UUID) -> Response:
        """Take one's own rating back."""
        ratings.withdraw(rating=rating_of(request, rating_id, user=request.user))
        return Response(status=204)


class ReplyView(ApiView):
    access = {"post": Grant(TUTOR, Scope.TAUGHT)}

    @extend_schema(operation_id="ratings_reply", request=ReplyIn, responses=RatingOut)
    def post(self, request: Request, rating_id: UUID) -> Response:
        """The author's one public answer to a review; a later one replaces it."""
        body = read_body(ReplyIn, request)
        row = rating_of(request, rating_id, course__instructor=request.user)
        ratings.reply(rating=row, text=body["reply"])
        return Response(_one(rating_of(request, rating_id), request.user))


class ReportView(ApiView):
    access = {"post": Grant(SIGNED_IN, Scope.PUBLISHED)}

    @extend_schema(operation_id="ratings_report", request=ReportIn, responses={202: None})
    def post(self, request: Request, rating_id: UUID) -> Response:
        """Put a review before a moderator."""
        body = read_body(ReportIn, request)
        row = rating_of(request, rating_id)
        ratings.report(rating=row, reporter=request.user, reason=body["reason"])
        return Response(status=202)
