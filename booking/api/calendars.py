"""One's connected calendars. Connecting is done in a browser, where the provider can ask."""

from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from booking.api.views import viewer
from booking.models import CalendarConnection, CalendarImport
from booking.services import connecting, importing
from tutorme.core.access import SIGNED_IN, Grant, Scope
from tutorme.core.api.serializers import OutputSerializer, SafeText, StrictSerializer
from tutorme.core.api.views import ApiViewSet, read_body


class CalendarOut(OutputSerializer):
    id = serializers.UUIDField()
    provider = serializers.ChoiceField(choices=CalendarConnection.Provider.choices)
    account = serializers.CharField()
    state = serializers.ChoiceField(choices=CalendarConnection.State.choices)
    synced_at = serializers.DateTimeField(allow_null=True)
    created_at = serializers.DateTimeField()


class CalendarImportIn(StrictSerializer):
    url = SafeText(max_length=2000)


class CalendarImportOut(OutputSerializer):
    """`times` busy times were found; `problem` says why the last look failed."""

    id = serializers.UUIDField()
    name = serializers.CharField()
    times = serializers.IntegerField()
    read_at = serializers.DateTimeField(allow_null=True)
    problem = serializers.CharField()


class ConnectionViewSet(ApiViewSet):
    access = {"list": Grant(SIGNED_IN, Scope.OWN), "destroy": Grant(SIGNED_IN, Scope.OWN)}

    @extend_schema(operation_id="me_calendar_connections", responses=CalendarOut(many=True))
    def list(self, request: Request) -> Response:
        """One's connected calendars, and when they were last looked at."""
        rows = CalendarConnection.objects.filter(user=viewer(request)).exclude(state="ending")
        columns = ("id", "provider", "account", "state", "synced_at", "created_at")
        return Response(list(rows.values(*columns)))

    @extend_schema(operation_id="me_calendar_connections_delete", responses={204: None})
    def destroy(self, request: Request, pk: UUID) -> Response:
        """Let a calendar go: its busy times are forgotten and the grant is given back."""
        connecting.disconnect(viewer(request), pk)
        return Response(status=204)


class ImportViewSet(ApiViewSet):
    access = {
        "list": Grant(SIGNED_IN, Scope.OWN),
        "create": Grant(SIGNED_IN, Scope.OWN),
        "destroy": Grant(SIGNED_IN, Scope.OWN),
    }
    limit_scope = {"create": "write"}

    @extend_schema(operation_id="me_calendar_imports", responses=CalendarImportOut(many=True))
    def list(self, request: Request) -> Response:
        """Calendars whose busy times are read from an address or a file."""
        rows = CalendarImport.objects.filter(user=viewer(request))
        return Response(list(rows.values(*_IMPORT)))

    @extend_schema(
        operation_id="me_calendar_imports_create",
        request=CalendarImportIn,
        responses={201: CalendarImportOut},
    )
    def create(self, request: Request) -> Response:
        """Read an iCalendar address now, and every hour from now on."""
        body = read_body(CalendarImportIn, request)
        row = importing.add_address(viewer(request), body["url"])
        return Response(_shown(row), status=201)

    @extend_schema(operation_id="me_calendar_imports_delete", responses={204: None})
    def destroy(self, request: Request, pk: UUID) -> Response:
        """Forget it and its busy times."""
        importing.remove(viewer(request), pk)
        return Response(status=204)


_IMPORT = ("id", "name", "times", "read_at", "problem")


def _shown(row: CalendarImport) -> dict[str, Any]:
    return {name: getattr(row, name) for name in _IMPORT}
