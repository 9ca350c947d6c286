"""Being in a room: the seat, the signals, what is written; and Twilio's callbacks."""

from uuid import UUID

from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from tutorme.core.access import ANYONE, Grant, Scope
from tutorme.core.api.views import ApiView, ApiViewSet, Idempotency, read_body
from tutorme.core.errors import BodyTooLarge
from video import queries
from video.api import serializers, shapes
from video.api.views import OWN, viewer
from video.models import Presence
from video.services import callbacks, entry, presence, signals, talk

_MAX_CALLBACK_BYTES = 64 * 1024


class CallViewSet(ApiViewSet):
    """One window in one room. Answers hold whoever is in it, which counts for more than signals."""

    access = {
        "join": OWN,
        "leave": OWN,
        "signal": OWN,
        "chat": OWN,
        "say": OWN,
        "notes": OWN,
        "write_notes": OWN,
    }
    idempotency = Idempotency.NONE
    limit_scope = {"signal": "signal", "join": "signal", "leave": "signal", "say": "write"}

    @extend_schema(
        operation_id="video_rooms_join",
        request=serializers.JoinIn,
        responses=serializers.NewsOut,
    )
    def join(self, request: Request, pk: UUID) -> Response:
        """Take a seat for this window. Another window of the same person gives way."""
        body = read_body(serializers.JoinIn, request)
        seat = presence.join(user=viewer(request), room_id=pk, session=body["session"])
        return Response(self._news(seat, after=seat.room.last_seq))

    @extend_schema(
        operation_id="video_rooms_leave", request=serializers.JoinIn, responses={204: None}
    )
    def leave(self, request: Request, pk: UUID) -> Response:
        """Give the seat back."""
        body = read_body(serializers.JoinIn, request)
        entry.find(user=viewer(request), room_id=pk)
        presence.leave(user=viewer(request), room_id=pk, session=body["session"])
        return Response(status=204)

    @extend_schema(
        operation_id="video_rooms_signal",
        request=serializers.SignalIn,
        responses=serializers.NewsOut,
    )
    def signal(self, request: Request, pk: UUID) -> Response:
        """Say that one is there, hand over what one has to say, take what is new. Every one or two
        seconds; after 45 seconds of silence the seat is free."""
        body = read_body(serializers.SignalIn, request)
        messages = [
            signals.Message(row["kind"], row["payload"], row.get("to"))
            for row in body.get("messages", [])
        ]
        seat = signals.exchange(
            user=viewer(request), room_id=pk, session=body["session"], messages=messages
        )
        return Response(self._news(seat, after=body["after"]))

    def _news(self, seat: Presence, *, after: int) -> dict[str, object]:
        found = queries.news(seat.room_id, session=seat.session, after=after)
        return {
            "seq": found[-1]["seq"] if found else after,
            "signals": found,
            "people": queries.people_here(seat.room_id),
            "room": shapes.room(seat.room),
        }

    @extend_schema(operation_id="video_chat_list", responses=serializers.ChatOut(many=True))
    def chat(self, request: Request, pk: UUID) -> Response:
        """What was written in the room, the last 200 lines."""
        room = entry.find(user=viewer(request), room_id=pk)
        return Response([shapes.chat_line(row) for row in queries.chat(room.pk)])

    @extend_schema(
        operation_id="video_chat_say",
        request=serializers.ChatIn,
        responses={201: serializers.ChatOut},
    )
    def say(self, request: Request, pk: UUID) -> Response:
        """Write to everybody in the room, while it is open."""
        body = read_body(serializers.ChatIn, request)
        line = talk.say(user=viewer(request), room_id=pk, text=body["text"])
        line.author = viewer(request)
        line.created_at = timezone.now()
        return Response(shapes.chat_line(line), status=201)

    @extend_schema(operation_id="video_notes_read", responses=serializers.NotesOut)
    def notes(self, request: Request, pk: UUID) -> Response:
        """The notes all members share."""
        room = entry.find(user=viewer(request), room_id=pk)
        return Response({"text": room.notes, "version": room.notes_version})

    @extend_schema(
        operation_id="video_notes_write",
        request=serializers.NotesIn,
        responses=serializers.NotesOut,
    )
    def write_notes(self, request: Request, pk: UUID) -> Response:
        """Write the notes; what others wrote since `base` is kept."""
        body = read_body(serializers.NotesIn, request)
        room = talk.write_notes(user=viewer(request), room_id=pk, **body)
        return Response({"text": room.notes, "version": room.notes_version})


class TwilioCallbackView(ApiView):
    """No session, no token: the signature is the proof."""

    authentication_classes = ()
    access = {"post": Grant(ANYONE, Scope.SIGNED)}
    idempotency = Idempotency.NONE
    limit_scope = "webhook"

    @extend_schema(
        operation_id="webhooks_twilio", request=OpenApiTypes.OBJECT, responses={204: None}
    )
    def post(self, request: Request) -> Response:
        """Take a status callback of Twilio: verified, kept, answered; applied in the background."""
        if int(request.META.get("CONTENT_LENGTH") or 0) > _MAX_CALLBACK_BYTES:
            raise BodyTooLarge
        callbacks.receive(
            body=request._request.body,
            signature=request.headers.get("X-Twilio-Signature", ""),
        )
        return Response(status=204)
