"""What one has been told, over the API."""

from uuid import UUID

from django.http import HttpResponse, StreamingHttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import User
from accounts.tokens import AccessClaims
from realtime import queries
from realtime.api.renderers import EventStreamRenderer
from realtime.api.serializers import NotificationOut, ReadAllOut, UnreadOut
from realtime.models import Notification
from realtime.services import notifications
from realtime.streams import doors, frames
from realtime.streams.threaded import ThreadedStream
from realtime.streams.viewers import Credential, Viewer
from realtime.streams.wakeups import give_back_connection
from tutorme.core.access import SIGNED_IN, Grant, Scope
from tutorme.core.api.pagination import CursorPage
from tutorme.core.api.renderers import FastJSONRenderer
from tutorme.core.api.views import ApiView, ApiViewSet


class NotificationViewSet(ApiViewSet):
    access = {
        "list": Grant(SIGNED_IN, Scope.OWN),
        "read": Grant(SIGNED_IN, Scope.OWN),
        "read_all": Grant(SIGNED_IN, Scope.OWN),
    }
    page_ordering = ("-seq",)

    @extend_schema(operation_id="notifications_list", responses=NotificationOut(many=True))
    def list(self, request: Request) -> Response:
        """One's notifications, newest first, in one's own language."""
        page = CursorPage()
        rows = Notification.objects.visible_to(request.user).values(*queries.COLUMNS)
        shown = page.paginate_queryset(rows, request, self) or []
        return page.get_paginated_response(queries.spoken(shown, _user(request).locale))

    @extend_schema(operation_id="notifications_read", request=None, responses={204: None})
    def read(self, request: Request, pk: UUID) -> Response:
        """Mark one as read."""
        notifications.mark_read(user_id=_user(request).pk, notification_id=pk)
        return Response(status=204)

    @extend_schema(operation_id="notifications_read_all", request=None, responses=ReadAllOut)
    def read_all(self, request: Request) -> Response:
        """Mark all as read."""
        return Response({"read": notifications.mark_all_read(user_id=_user(request).pk)})


class UnreadCountView(ApiView):
    access = {"get": Grant(SIGNED_IN, Scope.OWN)}

    @extend_schema(operation_id="notifications_unread_count", responses=UnreadOut)
    def get(self, request: Request) -> Response:
        """How many are unread."""
        return Response({"unread": queries.unread_count(_user(request).pk)})


def _user(request: Request) -> User:
    assert isinstance(request.user, User)
    return request.user


class StreamView(ApiView):
    access = {"get": Grant(SIGNED_IN, Scope.OWN)}
    renderer_classes = [FastJSONRenderer, EventStreamRenderer]

    @extend_schema(
        operation_id="realtime_stream",
        parameters=[
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
        """News as they happen, as server-sent events.

        `unread` comes first: `{"unread"}`. Then `notification`: `{"id", "title", "body", "url",
        "kind", "created_at", "unread"}`. A reconnection with the last id misses and repeats
        nothing. The stream ends by itself after some minutes: reconnect.
        """
        if request.method == "HEAD":
            return HttpResponse(content_type=frames.CONTENT_TYPE)
        resume_at = frames.resume_point(
            request.headers.get("Last-Event-ID", ""), request.query_params.get("last_event_id", "")
        )
        viewer = _viewer(request)
        place = doors.take_place(viewer, in_thread=True)
        stream = ThreadedStream(viewer, resume_at, place)
        give_back_connection()
        return StreamingHttpResponse(
            stream, content_type=frames.CONTENT_TYPE, headers=frames.HEADERS
        )


def _viewer(request: Request) -> Viewer:
    user, claims = _user(request), request.auth
    if isinstance(claims, AccessClaims):
        return Viewer(user.pk, user.locale, Credential(bearer=claims))
    key = request._request.session.session_key or ""
    return Viewer(user.pk, user.locale, Credential(session_key=key))
