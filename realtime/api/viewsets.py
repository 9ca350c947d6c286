"""What one has been told, over the API."""

from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import User
from realtime import queries
from realtime.api.serializers import NotificationOut, ReadAllOut, UnreadOut
from realtime.models import Notification
from realtime.services import notifications
from tutorme.core.access import SIGNED_IN, Grant, Scope
from tutorme.core.api.pagination import CursorPage
from tutorme.core.api.serializers import page_of
from tutorme.core.api.views import ApiView, ApiViewSet


class NotificationViewSet(ApiViewSet):
    access = {
        "list": Grant(SIGNED_IN, Scope.OWN),
        "read": Grant(SIGNED_IN, Scope.OWN),
        "read_all": Grant(SIGNED_IN, Scope.OWN),
    }
    page_ordering = ("-seq",)

    @extend_schema(operation_id="notifications_list", responses=page_of(NotificationOut))
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
