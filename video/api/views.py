"""Rooms of the caller."""

from datetime import UTC
from typing import Any
from uuid import UUID

from django.conf import settings
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import User
from tutorme.core.access import SIGNED_IN, TUTOR, Grant, Scope
from tutorme.core.api.pagination import CursorPage
from tutorme.core.api.serializers import page_of
from tutorme.core.api.views import ApiViewSet, Idempotency, read_body
from tutorme.core.errors import NotAllowed
from video import queries
from video.api import serializers, shapes
from video.models import Room
from video.services import entry, membership, rating, recordings, rooms, switching, taping, tokens

OWN = Grant(SIGNED_IN, Scope.OWN)


def viewer(request: Request) -> User:
    assert isinstance(request.user, User)
    return request.user


class RoomViewSet(ApiViewSet):
    """Rooms one is a member of; staff sees every room and enters only those of its own."""

    access = {
        "list": OWN,
        "create": Grant(TUTOR, Scope.OWN),
        "retrieve": OWN,
        "end": OWN,
        "token": OWN,
        "take_over": OWN,
        "invite": OWN,
        "remove": OWN,
        "participants": OWN,
        "statistics": OWN,
        "recordings": OWN,
        "recording": OWN,
        "delete_recording": OWN,
        "rate": OWN,
    }
    idempotency = {"token": Idempotency.NONE}
    limit_scope = {"create": "write", "invite": "write", "rate": "write"}
    page_ordering = ("-starts_at", "-id")

    @extend_schema(operation_id="video_rooms_list", responses=page_of(serializers.RoomOut))
    def list(self, request: Request) -> Response:
        """One's rooms, the latest first."""
        page = CursorPage()
        rows = Room.objects.visible_to(request.user)
        found = page.paginate_queryset(rows, request, self) or []
        return page.get_paginated_response([shapes.room(row) for row in found])

    @extend_schema(
        operation_id="video_rooms_create",
        request=serializers.RoomIn,
        responses={201: serializers.RoomDetailOut},
    )
    def create(self, request: Request) -> Response:
        """Open a room for people one has lessons with; without `starts_at`, now."""
        body = read_body(serializers.RoomIn, request)
        plan = rooms.Plan(
            title=body["title"],
            starts_at=body.get("starts_at", timezone.now()).astimezone(UTC),
            minutes=body["minutes"],
            provider=body.get("provider", settings.VIDEO_PROVIDER),
        )
        room = rooms.open_room(host=viewer(request), plan=plan, guest_ids=body["guests"])
        return Response(shapes.detail(room), status=201)

    @extend_schema(operation_id="video_rooms_read", responses=serializers.RoomDetailOut)
    def retrieve(self, request: Request, pk: UUID) -> Response:
        """One room: its members, who is in it now, its notes."""
        return self._shown(request, pk)

    @extend_schema(
        operation_id="video_rooms_end", request=None, responses=serializers.RoomDetailOut
    )
    def end(self, request: Request, pk: UUID) -> Response:
        """End it for everybody, as its host."""
        rooms.end(user=viewer(request), room_id=pk)
        return self._shown(request, pk)

    @extend_schema(operation_id="video_rooms_token", request=None, responses=serializers.TokenOut)
    def token(self, request: Request, pk: UUID) -> Response:
        """What a call needs: a token of its provider, or the ways through networks of the built-in
        room. For a member, while the room is open, in the member's own name."""
        read_body(serializers.EmptyIn, request)
        given = tokens.grant(user=viewer(request), room_id=pk)
        return Response(shapes.grant(given))

    @extend_schema(
        operation_id="video_rooms_takeover", request=None, responses=serializers.RoomDetailOut
    )
    def take_over(self, request: Request, pk: UUID) -> Response:
        """Go on in the built-in room, everybody, because the provider fails."""
        switching.take_over(user=viewer(request), room_id=pk)
        return self._shown(request, pk)

    @extend_schema(
        operation_id="video_members_add",
        request=serializers.RoomMemberIn,
        responses={201: serializers.RoomDetailOut},
    )
    def invite(self, request: Request, pk: UUID) -> Response:
        """Let somebody in whom one has lessons with, as the host."""
        body = read_body(serializers.RoomMemberIn, request)
        membership.invite(host=viewer(request), room_id=pk, user_id=body["user"])
        return self._shown(request, pk, status=201)

    @extend_schema(operation_id="video_members_remove", responses={204: None})
    def remove(self, request: Request, pk: UUID, member_id: UUID) -> Response:
        """Put somebody out, as the host; whoever a lesson brought stays."""
        membership.remove(host=viewer(request), room_id=pk, member_id=member_id)
        return Response(status=204)

    @extend_schema(
        operation_id="video_rooms_participants", responses=serializers.RoomPersonOut(many=True)
    )
    def participants(self, request: Request, pk: UUID) -> Response:
        """Who is in it now."""
        room = entry.find(user=viewer(request), room_id=pk)
        return Response(queries.people_here(room.pk))

    @extend_schema(operation_id="video_rooms_statistics", responses=serializers.StatisticsOut)
    def statistics(self, request: Request, pk: UUID) -> Response:
        """How long who was there, as its host."""
        room = entry.find(user=viewer(request), room_id=pk)
        if room.host_id != viewer(request).pk and not viewer(request).is_admin:
            raise NotAllowed
        return Response(shapes.statistics(room, now=timezone.now()))

    @extend_schema(
        operation_id="video_rooms_recordings", responses=serializers.RecordingOut(many=True)
    )
    def recordings(self, request: Request, pk: UUID) -> Response:
        """What was recorded, for its members."""
        room = entry.find(user=viewer(request), room_id=pk)
        return Response([shapes.recording(row) for row in room.recordings.all()])

    @extend_schema(
        operation_id="video_rooms_recording",
        request=serializers.TapingIn,
        responses=serializers.RoomDetailOut,
    )
    def recording(self, request: Request, pk: UUID) -> Response:
        """Agree to a recording or take that back; as the host, ask for one or stop it. It runs
        while every member agrees."""
        body = read_body(serializers.TapingIn, request)
        if "consent" in body:
            taping.consent(user=viewer(request), room_id=pk, given=body["consent"])
        if "record" in body:
            taping.ask(user=viewer(request), room_id=pk, wanted=body["record"])
        return self._shown(request, pk)

    @extend_schema(operation_id="video_recordings_delete", responses={204: None})
    def delete_recording(self, request: Request, pk: UUID, recording_id: UUID) -> Response:
        """Delete a recorded track, as the host; at the provider too."""
        recordings.delete(user=viewer(request), room_id=pk, recording_id=recording_id)
        return Response(status=204)

    @extend_schema(
        operation_id="video_rooms_rate",
        request=serializers.RoomRatingIn,
        responses=serializers.RoomRatingOut,
    )
    def rate(self, request: Request, pk: UUID) -> Response:
        """Say how the call was; the last word counts."""
        body = read_body(serializers.RoomRatingIn, request)
        row = rating.rate(user=viewer(request), room_id=pk, **body)
        return Response({"stars": row.stars, "trouble": row.trouble, "note": row.note})

    def _shown(self, request: Request, pk: UUID, **more: Any) -> Response:
        return Response(shapes.detail(entry.find(user=viewer(request), room_id=pk)), **more)
