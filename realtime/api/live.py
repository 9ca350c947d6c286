"""What is said on channels, over the API: as a stream, and for those who ask."""

from typing import Any

from django.http import HttpResponse, StreamingHttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import User
from accounts.tokens import AccessClaims
from realtime.api.renderers import EventStreamRenderer
from realtime.errors import ChannelRefused
from realtime.queries import channels as queries
from realtime.queries import presence as people
from realtime.services import channels, presence
from realtime.streams import cursors, doors, frames
from realtime.streams.threaded import ThreadedStream
from realtime.streams.viewers import Credential, Viewer
from realtime.streams.wakeups import give_back_connection
from tutorme.core.access import SIGNED_IN, Grant, Scope
from tutorme.core.api.renderers import FastJSONRenderer
from tutorme.core.api.serializers import OutputSerializer, StrictSerializer
from tutorme.core.api.views import ApiView, read_body
from tutorme.core.channels import access, keeps_presence

_PAGE = 100
CHANNELS = OpenApiParameter(
    "channels", OpenApiTypes.STR, description="Names, apart by commas; one's own is always heard."
)


class LiveEventOut(OutputSerializer):
    channel = serializers.CharField()
    seq = serializers.IntegerField(help_text="Rises within a channel.")
    event = serializers.CharField()
    at = serializers.DateTimeField()
    data = serializers.DictField()  # type: ignore[assignment]  # shadows DRF's property
    by = serializers.UUIDField(required=False, help_text="A person whose client said it.")


class LivePageOut(OutputSerializer):
    cursor = serializers.CharField(help_text="Give it as `after` next time.")
    more = serializers.BooleanField(help_text="There is more: ask again at once.")
    resync = serializers.ListField(
        child=serializers.CharField(), help_text="Channels to be read anew: too long ago."
    )
    events = LiveEventOut(many=True)


class SpeakIn(StrictSerializer):
    channel = serializers.CharField(max_length=80)
    event = serializers.CharField(max_length=40)
    data = serializers.DictField(required=False, default=dict)  # type: ignore[assignment]


class SaidOut(OutputSerializer):
    seq = serializers.IntegerField()


class PresentOut(OutputSerializer):
    user_id = serializers.UUIDField()
    display_name = serializers.CharField()
    since_at = serializers.DateTimeField()


class PresenceOut(OutputSerializer):
    channel = serializers.CharField()
    people = PresentOut(many=True)


class StreamView(ApiView):
    access = {"get": Grant(SIGNED_IN, Scope.OWN)}
    renderer_classes = [FastJSONRenderer, EventStreamRenderer]

    @extend_schema(
        operation_id="realtime_stream",
        parameters=[
            CHANNELS,
            OpenApiParameter(
                "Last-Event-ID", OpenApiTypes.STR, "header", description="Resume after this one."
            ),
            OpenApiParameter(
                "last_event_id", OpenApiTypes.STR, description="The same, where no header can be."
            ),
        ],
        responses={(200, "text/event-stream"): OpenApiTypes.STR},
    )
    def get(self, request: Request) -> HttpResponse | StreamingHttpResponse:
        """What is said on one's channels as it happens, as server-sent events.

        `hello` comes first: `{"unread", "channels"}`. Every other event has the shape of
        `GET /realtime/events/`. A reconnection with the last id misses and repeats nothing. The
        stream ends by itself after some minutes, and when a channel is no longer open to you.
        """
        if request.method == "HEAD":
            return HttpResponse(content_type=frames.CONTENT_TYPE)
        query = request.query_params
        asked = doors.Request(
            channels=query.get("channels", ""),
            resume=request.headers.get("Last-Event-ID", "") or query.get("last_event_id", ""),
        )
        admission = doors.admit(_viewer(request), asked)
        place = doors.take_place(admission.viewer, in_thread=True)
        stream = ThreadedStream(admission, place)
        give_back_connection()
        return StreamingHttpResponse(
            stream, content_type=frames.CONTENT_TYPE, headers=frames.HEADERS
        )


def _viewer(request: Request) -> Viewer:
    user, claims = _user(request), request.auth
    if isinstance(claims, AccessClaims):
        return Viewer(user, Credential(bearer=claims))
    return Viewer(user, Credential(session_key=request._request.session.session_key or ""))


def _user(request: Request) -> User:
    assert isinstance(request.user, User)
    return request.user


class EventsView(ApiView):
    """The floor under every way of delivery: plain requests."""

    access = {"get": Grant(SIGNED_IN, Scope.OWN), "post": Grant(SIGNED_IN, Scope.OWN)}
    limit_scope = {"post": "signal"}

    @extend_schema(
        operation_id="realtime_events",
        parameters=[
            CHANNELS,
            OpenApiParameter(
                "after", OpenApiTypes.STR, description="The cursor of the last answer."
            ),
        ],
        responses=LivePageOut,
    )
    def get(self, request: Request) -> Response:
        """What was said on one's channels after a cursor, oldest first.

        Without a cursor nothing comes but the cursor of now. Asking counts as being here.
        """
        user = _user(request)
        names = doors.asked(user, request.query_params.get("channels", ""))
        asked = cursors.read_strictly(request.query_params.get("after", ""), names[0])
        stand = queries.standing(names, user.pk)
        cursor = cursors.placed(asked, stand.newest, names)
        presence.here([(name, user.pk) for name in names if keeps_presence(name)])
        return Response(_page(user, cursor, stand))

    @extend_schema(operation_id="realtime_speak", request=SpeakIn, responses={201: SaidOut})
    def post(self, request: Request) -> Response:
        """Say something on a channel whose owner lets you, of what clients may say."""
        body = read_body(SpeakIn, request)
        seq = channels.speak(
            user=_user(request),
            channel=body["channel"],
            event=body["event"],
            payload=body["data"],
        )
        return Response({"seq": seq}, status=201)


def _page(user: User, cursor: cursors.Cursor, stand: queries.Standing) -> dict[str, Any]:
    resync = stand.forgotten(cursor)
    rows = queries.after(cursor, limit=_PAGE)
    heard = queries.heard(rows, user.pk, user.locale)
    for row in rows:
        cursor[row["channel_id"]] = row["seq"]
    return {
        "cursor": cursors.written(cursor),
        "more": len(rows) == _PAGE,
        "resync": resync,
        "events": [row for row in heard if row["data"] is not None],
    }


class PresenceView(ApiView):
    access = {"get": Grant(SIGNED_IN, Scope.OWN)}

    @extend_schema(
        operation_id="realtime_presence",
        parameters=[OpenApiParameter("channel", OpenApiTypes.STR, required=True)],
        responses=PresenceOut,
    )
    def get(self, request: Request) -> Response:
        """Who is on a channel now."""
        name = request.query_params.get("channel", "")
        if not access(request.user, name).may_listen:
            raise ChannelRefused(channel=name[:100])
        return Response({"channel": name, "people": people.on(name)})
