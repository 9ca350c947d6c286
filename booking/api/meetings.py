"""The way into a lesson."""

from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from booking.models import Booking, Meeting
from booking.services import joining
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
        return Response(_shown(request, row, joining.enter(row, request.user)))


def _own(request: Request, pk: UUID) -> Booking:
    """Between the caller and somebody: what makes somebody host is not shown to staff."""
    row = Booking.objects.concerning([request.user.pk]).filter(pk=pk).first()
    if row is None:
        raise NotFound
    return row


def _shown(request: Request, row: Booking, url: str | None) -> dict[str, Any]:
    found = joining.door(row, request.user)
    return {
        "opens_at": found.opens_at,
        "closes_at": found.closes_at,
        "is_open": found.is_open(),
        "platform": found.platform,
        "is_host": found.is_host,
        "url": url,
    }
