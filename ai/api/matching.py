"""Tutors for a student, ranked and explained."""

from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import User
from ai.api import serializers, shapes
from ai.models import Match
from ai.services import matching
from ai.wishes import Window, Wishes
from tutorme.core.access import SIGNED_IN, Grant, Scope
from tutorme.core.api.views import ApiView, read_body
from tutorme.core.errors import NotFound

MINE = Grant(SIGNED_IN, Scope.OWN)


def wishes_of(body: dict[str, Any], zone: str) -> Wishes:
    lists = {name: tuple(body[name]) for name in ("subjects", "families", "languages", "goals")}
    said: dict[str, Any] = {**body, **lists, "zone": body.get("zone") or zone}
    said["windows"] = tuple(Window(**row) for row in body["windows"])
    return Wishes(**said)


def shape(match: Match) -> dict[str, Any]:
    return {
        "id": match.pk,
        "wishes": match.wishes,
        "results": match.worded or match.results,
        "is_worded": match.worded is not None,
        "job": match.job_id,
        "created_at": match.created_at,
    }


def own_match(request: Request, match_id: UUID) -> Match:
    found = Match.objects.visible_to(request.user).filter(pk=match_id).first()
    if found is None:
        raise NotFound
    return found


class MatchesView(ApiView):
    access = {"post": MINE}
    limit_scope = "search"

    @extend_schema(
        operation_id="ai_matches_find",
        request=serializers.WishesIn,
        responses={201: shapes.MatchOut},
    )
    def post(self, request: Request) -> Response:
        """Find tutors by subject, level, hours, price and goals: a hundred points, explained."""
        assert isinstance(request.user, User)
        body = read_body(serializers.WishesIn, request)
        wishes = wishes_of(body, request.user.time_zone)
        match = matching.find(student=request.user, wishes=wishes)
        return Response(shape(match), status=201)


class MatchView(ApiView):
    access = {"get": MINE}

    @extend_schema(operation_id="ai_matches_read", responses=shapes.MatchOut)
    def get(self, request: Request, match_id: UUID) -> Response:
        """Who was found."""
        return Response(shape(own_match(request, match_id)))


class WordsView(ApiView):
    access = {"post": MINE}
    limit_scope = "ai"

    @extend_schema(operation_id="ai_matches_word", request=None, responses={202: shapes.MatchOut})
    def post(self, request: Request, match_id: UUID) -> Response:
        """Let a model word the reasons. It adds nobody and moves nobody far."""
        match = own_match(request, match_id)
        matching.put_in_words(match=match)
        return Response(shape(own_match(request, match_id)), status=202)
