"""The way into a lesson, and the lesson as a file."""

from typing import Any
from uuid import UUID

from django.conf import settings
from django.http import HttpResponse
from django.urls import reverse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from booking import invitations
from booking.api.views import viewer
from booking.models import Booking, Meeting
from booking.services import feeds, joining
from tutorme.core.access import SIGNED_IN, Grant, Scope
from tutorme.core.api.serializers import OutputSerializer
from tutorme.core.api.views import ApiView
from tutorme.core.errors import NotFound


class DoorOut(OutputSerializer):
    """`url` is where to go now, and only in the answer to a POST."""

    opens_at = serializers.DateTimeField()
    closes_at = serializers.DateTimeField()
    is_open = serializers.BooleanField()
    platform = serializers.ChoiceField(choices=Meeting.Platform.choices)
    is_host = serializers.BooleanField()
    url = serializers.CharField(allow_null=True)


class FeedOut(OutputSerializer):
    url = serializers.CharField(allow_null=True)


_CALLED_OFF = {
    "declined",
    "expired",
    "cancelled_by_student",
    "cancelled_by_tutor",
    "cancelled_by_platform",
}


class JoinView(ApiView):
    access = {"get": Grant(SIGNED_IN, Scope.OWN), "post": Grant(SIGNED_IN, Scope.OWN)}
    limit_scope = {"post": "write"}

    @extend_schema(operation_id="bookings_door", responses=DoorOut)
    def get(self, request: Request, pk: UUID) -> Response:
        """When the way into a lesson is open, and where it leads."""
        return Response(_shown(request, _own(request, pk), None))

    @extend_schema(operation_id="bookings_join", request=None, responses=DoorOut)
    def post(self, request: Request, pk: UUID) -> Response:
        """Go in. The tutor's `url` makes them host: it is for nobody else."""
        row = _own(request, pk)
        return Response(_shown(request, row, joining.enter(row, viewer(request))))


class FileView(ApiView):
    access = {"get": Grant(SIGNED_IN, Scope.OWN)}

    @extend_schema(
        operation_id="bookings_calendar",
        responses={(200, "text/calendar"): OpenApiTypes.BINARY},
    )
    def get(self, request: Request, pk: UUID) -> HttpResponse:
        """The lesson as an iCalendar file, as mails carry it."""
        row = _own(request, pk)
        method: invitations.Method = "CANCEL" if row.state in _CALLED_OFF else "REQUEST"
        part = invitations.invitation_for(row.pk, viewer(request).pk, method)
        return HttpResponse(
            part.content,
            content_type=f"{part.media_type}; charset=utf-8",
            headers={"Content-Disposition": f'attachment; filename="{part.name}"'},
        )


class FeedView(ApiView):
    access = {"get": Grant(SIGNED_IN, Scope.OWN), "post": Grant(SIGNED_IN, Scope.OWN)}
    limit_scope = {"post": "write"}

    @extend_schema(operation_id="me_calendar_feed", responses=FeedOut)
    def get(self, request: Request) -> Response:
        """The secret address of one's lessons for a calendar program; null until one is made."""
        return Response({"url": _address(feeds.token_of(viewer(request)))})

    @extend_schema(operation_id="me_calendar_feed_rotate", request=None, responses=FeedOut)
    def post(self, request: Request) -> Response:
        """A new address; under the old one there is nothing any more."""
        return Response({"url": _address(feeds.rotate(viewer(request)))})


def _address(token: str) -> str | None:
    if not token:
        return None
    return f"{settings.PUBLIC_BASE_URL}{reverse('calendar-feed', args=[token])}"


def _own(request: Request, pk: UUID) -> Booking:
    """Between the caller and somebody: what makes somebody host is not shown to staff."""
    row = Booking.objects.concerning([viewer(request).pk]).filter(pk=pk).first()
    if row is None:
        raise NotFound
    return row


def _shown(request: Request, row: Booking, url: str | None) -> dict[str, Any]:
    found = joining.door(row, viewer(request))
    return {
        "opens_at": found.opens_at,
        "closes_at": found.closes_at,
        "is_open": found.is_open(),
        "platform": found.platform,
        "is_host": found.is_host,
        "url": url,
    }
