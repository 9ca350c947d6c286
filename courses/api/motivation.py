"""What keeps people going: achievements, points, days in a row, leaderboards."""

from datetime import UTC, datetime, time, timedelta
from typing import Any
from uuid import UUID

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import User
from courses.api import motivation_serializers as shapes
from courses.errors import AchievementSlugTaken
from courses.models import Achievement, Course, Enrollment, PointsEntry
from courses.queries import badges
from courses.queries import boards as places
from courses.queries.motivation import motivation_of, rhythm
from courses.services import achievements, boards, motivation, streaks
from tutorme.core.access import ADMIN, ANYONE, SIGNED_IN, Grant, Scope
from tutorme.core.api.pagination import CursorPage
from tutorme.core.api.serializers import page_of
from tutorme.core.api.views import ApiView, read_body, read_query
from tutorme.core.errors import NotFound
from tutorme.core.transactions import constraints

MINE = Grant(SIGNED_IN, Scope.OWN)
DEFINED = Grant(ADMIN, Scope.ALL)


class LeaderboardView(ApiView):
    access = {"get": Grant(ANYONE, Scope.PUBLISHED)}

    @extend_schema(
        operation_id="leaderboard",
        parameters=[shapes.LeaderboardQuery],
        responses=shapes.LeaderboardOut,
    )
    def get(self, request: Request) -> Response:
        """The first twenty who chose to be shown, and one's own place among them: of everybody, of
        a course, or (`cohort`) of those who began it in the same month as oneself."""
        wanted = read_query(shapes.LeaderboardQuery, request)
        course_id, now = wanted.get("course"), timezone.now()
        if course_id and not Course.objects.visible_to(request.user).filter(pk=course_id).exists():
            raise NotFound
        found = places.board(_key(wanted, request, now), request.user.pk)
        return Response(
            {
                "board": wanted["board"],
                "course": course_id,
                **_span(wanted["board"], now),
                "people": found.people,
                "top": [_place(row) for row in found.top],
                "me": vars(found.me) if found.me else None,
                "above": [_place(row) for row in found.above],
                "below": [_place(row) for row in found.below],
            }
        )


def _key(wanted: dict[str, Any], request: Request, now: datetime) -> str:
    if wanted["board"] == "cohort":
        place = Enrollment.objects.visible_to(request.user).filter(course=wanted["course"]).first()
        if place is None:
            raise NotFound
        return boards.cohort_board(place.course_id, place.created_at)
    if "course" in wanted:
        return boards.course_board(wanted["course"])
    return boards.week_board(now) if wanted["board"] == "week" else boards.ALL


def _span(board: str, now: datetime) -> dict[str, datetime | None]:
    if board != "week":
        return {"starts_at": None, "ends_at": None}
    starts_at = datetime.combine(boards.week_of(now), time(), UTC)
    return {"starts_at": starts_at, "ends_at": starts_at + timedelta(weeks=1)}


def _place(row: places.Place) -> dict[str, Any]:
    return {
        "rank": row.rank,
        "points": row.points,
        "user": row.user_id,
        "display_name": row.name,
        "username": row.username,
        "is_me": row.is_me,
    }


def _card(row: Achievement) -> dict[str, Any]:
    names = ("slug", "title", "description", "criteria", "points", "state")
    return {"id": row.pk, **{name: getattr(row, name) for name in names}}


class AchievementsView(ApiView):
    access = {"get": Grant(ANYONE, Scope.PUBLISHED), "post": DEFINED}

    @extend_schema(operation_id="achievements", responses=shapes.AchievementOut(many=True))
    def get(self, request: Request) -> Response:
        """What can be achieved; admins also see what is not active."""
        rows = Achievement.objects.all()
        if not getattr(request.user, "is_admin", False):
            rows = rows.filter(state=Achievement.State.ACTIVE)
        return Response([_card(row) for row in rows])

    @extend_schema(
        operation_id="achievements_create",
        request=shapes.AchievementIn,
        responses={201: shapes.AchievementOut},
    )
    def post(self, request: Request) -> Response:
        """Define one, as a draft. Criteria of an unknown type or shape are refused."""
        row = Achievement(**read_body(shapes.AchievementIn, request))
        return Response(_card(_saved(request, row)), status=201)


def _saved(
    request: Request, row: Achievement, changes: dict[str, Any] | None = None
) -> Achievement:
    with constraints({"courses_achievement_slug_key": AchievementSlugTaken}):
        return achievements.save(achievement=row, actor_id=_actor(request), changes=changes)


def _achievement(request: Request, achievement_id: UUID) -> Achievement:
    row = Achievement.objects.filter(pk=achievement_id).first()
    if row is None or not (
        getattr(request.user, "is_admin", False) or row.state == Achievement.State.ACTIVE
    ):
        raise NotFound
    return row


class AchievementView(ApiView):
    access = {"get": Grant(ANYONE, Scope.PUBLISHED), "patch": DEFINED}

    @extend_schema(operation_id="achievements_read", responses=shapes.AchievementOut)
    def get(self, request: Request, achievement_id: UUID) -> Response:
        """One of them."""
        return Response(_card(_achievement(request, achievement_id)))

    @extend_schema(
        operation_id="achievements_update",
        request=shapes.AchievementIn,
        responses=shapes.AchievementOut,
    )
    def patch(self, request: Request, achievement_id: UUID) -> Response:
        """Change its words, criteria or points; what was given stays as it was given."""
        row = _achievement(request, achievement_id)
        reader = shapes.AchievementIn(data=request.data, partial=True)
        reader.is_valid(raise_exception=True)
        return Response(_card(_saved(request, row, dict(reader.validated_data))))


class ActivateView(ApiView):
    access = {"post": DEFINED}

    @extend_schema(
        operation_id="achievements_activate", request=None, responses=shapes.AchievementOut
    )
    def post(self, request: Request, achievement_id: UUID) -> Response:
        """From here on it is given; who has reached it already gets it by a job."""
        row = _achievement(request, achievement_id)
        return Response(_card(achievements.activate(achievement=row, actor_id=_actor(request))))


class RetireView(ApiView):
    access = {"post": DEFINED}

    @extend_schema(
        operation_id="achievements_retire", request=None, responses=shapes.AchievementOut
    )
    def post(self, request: Request, achievement_id: UUID) -> Response:
        """It is given no more; who has it keeps it."""
        row = _achievement(request, achievement_id)
        return Response(_card(achievements.retire(achievement=row, actor_id=_actor(request))))


class GrantView(ApiView):
    access = {"post": DEFINED}

    @extend_schema(operation_id="achievements_grant", request=shapes.AwardIn, responses={204: None})
    def post(self, request: Request, achievement_id: UUID) -> Response:
        """Give it to somebody, for a reason that is kept."""
        achievements.grant(**_award(request, achievement_id))
        return Response(status=204)


class RevokeView(ApiView):
    access = {"post": DEFINED}

    @extend_schema(
        operation_id="achievements_revoke", request=shapes.AwardIn, responses={204: None}
    )
    def post(self, request: Request, achievement_id: UUID) -> Response:
        """Take it back with its points, for a reason that is kept."""
        achievements.revoke(**_award(request, achievement_id))
        return Response(status=204)


def _award(request: Request, achievement_id: UUID) -> dict[str, Any]:
    body = read_body(shapes.AwardIn, request)
    row = _achievement(request, achievement_id)
    if not User.objects.filter(pk=body["user"]).exists():
        raise NotFound
    return {
        "user_id": body["user"],
        "achievement": row,
        "reason": body["reason"],
        "actor_id": _actor(request),
    }


def _actor(request: Request) -> UUID:
    assert isinstance(request.user, User)
    return request.user.pk


class MyAchievementsView(ApiView):
    access = {"get": MINE}

    @extend_schema(operation_id="me_achievements", responses=shapes.MyAchievementOut(many=True))
    def get(self, request: Request) -> Response:
        """What one has earned, the latest first, then what is nearest: 7 of 10."""
        assert request.user.pk is not None
        return Response(
            [
                {
                    **_card(badge.achievement),
                    "earned_at": badge.earned_at,
                    "value": badge.value,
                    "of": badge.criterion.required,
                    "percent": badge.percent,
                }
                for badge in badges.badges_of(request.user.pk)
            ]
        )


class MyPointsView(ApiView):
    access = {"get": MINE}
    page_ordering = ("-earned_at", "-id")

    @extend_schema(operation_id="me_points", responses=page_of(shapes.PointsEntryOut))
    def get(self, request: Request) -> Response:
        """The lines one's points are the sum of, the latest first."""
        page = CursorPage()
        assert request.user.pk is not None
        mine = PointsEntry.objects.filter(user_id=request.user.pk)
        rows = page.paginate_queryset(mine, request, self) or []
        names = ("id", "rule", "object_id", "points", "reason", "earned_at")
        return page.get_paginated_response(
            [{**{n: getattr(row, n) for n in names}, "course": row.course_id} for row in rows]
        )


class MotivationView(ApiView):
    access = {"get": MINE, "patch": MINE}

    @extend_schema(operation_id="me_motivation", responses=shapes.MotivationOut)
    def get(self, request: Request) -> Response:
        """One's streak as it stands now, and how much of all this one wants to see."""
        return Response(_motivation(request))

    @extend_schema(
        operation_id="me_motivation_update",
        request=shapes.MotivationIn,
        responses=shapes.MotivationOut,
    )
    def patch(self, request: Request) -> Response:
        """Choose calm, the leaderboards, and up to two rest days, which begin tomorrow."""
        body = read_body(shapes.MotivationIn, request)
        assert request.user.pk is not None
        rest_days = body.pop("rest_days", None)
        if rest_days is not None:
            streaks.choose_rest_days(user_id=request.user.pk, weekdays=set(rest_days))
        if body:
            motivation.choose(user_id=request.user.pk, changes=body)
        return Response(_motivation(request))


def _motivation(request: Request) -> dict[str, Any]:
    mine = motivation_of(request.user)
    seen = rhythm(mine, timezone.now())
    return {
        "is_calm": mine.is_calm,
        "wants_boards": mine.wants_boards,
        "is_shown": mine.is_shown,
        "points": mine.user.points,
        "today": seen.today,
        "streak_days": seen.current,
        "longest_streak": seen.longest,
        "freezes": seen.freezes,
        "rest_days": sorted(seen.rest_days),
        "rest_days_from_tomorrow": sorted(seen.next_rest_days),
    }
