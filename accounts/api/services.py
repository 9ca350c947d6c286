"""Coming in through others, for apps: which there are, Firebase, and what is connected."""

from typing import Any

from allauth.socialaccount.adapter import get_adapter
from allauth.socialaccount.models import SocialAccount
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.entrance import PublicAuthView, pair_or_second_factor
from accounts.api.entrance_shapes import PairOut
from accounts.api.security import person, require_recent
from accounts.gateways import firebase as firebase_gateway
from accounts.origin import origin_of
from accounts.services import connections, firebase
from tutorme.core.access import ANYONE, SIGNED_IN, Grant, Scope
from tutorme.core.api.serializers import OutputSerializer, StrictSerializer
from tutorme.core.api.views import ApiView, Idempotency, read_body


class ServiceOut(OutputSerializer):
    id = serializers.CharField()
    name = serializers.CharField()
    login_url = serializers.CharField(help_text="A page whose form leads to the service.")
    callback_url = serializers.CharField(help_text="What is registered with the service.")


class ServicesOut(OutputSerializer):
    providers = ServiceOut(many=True)
    firebase = serializers.BooleanField()


class FirebaseIn(StrictSerializer):
    id_token = serializers.CharField(max_length=8192)


class ConnectionOut(OutputSerializer):
    id = serializers.IntegerField()
    provider = serializers.CharField()
    connected_at = serializers.DateTimeField()


class ServicesView(ApiView):
    access = {"get": Grant(ANYONE, Scope.ALL)}

    @extend_schema(operation_id="auth_providers", responses=ServicesOut)
    def get(self, request: Request) -> Response:
        """The services one may sign in through here; none where the site has no keys for any."""
        asked = request._request
        rows = [
            {
                "id": provider.app.provider_id,
                "name": provider.name,
                "login_url": provider.get_login_url(asked),
                "callback_url": asked.build_absolute_uri(provider.get_callback_url()),
            }
            for provider in get_adapter().list_providers(asked)
        ]
        return Response({"providers": rows, "firebase": firebase_gateway.is_configured()})


class FirebaseView(PublicAuthView):
    access = {"post": Grant(ANYONE, Scope.ALL)}
    limit_scope = "login"

    @extend_schema(operation_id="auth_firebase", request=FirebaseIn, responses=PairOut)
    def post(self, request: Request) -> Response:
        """Exchange a Firebase ID token for an access and a refresh token.

        Somebody new gets an account if Firebase vouches for the address. An address that has an
        account is not joined: 409 `account-exists`; connect it at `me/connections/`.
        """
        user = firebase.enter(read_body(FirebaseIn, request)["id_token"])
        return Response(pair_or_second_factor(request, user, method="firebase"))


class ConnectionsView(ApiView):
    access = {"get": Grant(SIGNED_IN, Scope.OWN), "post": Grant(SIGNED_IN, Scope.OWN)}
    idempotency = Idempotency.NONE

    @extend_schema(operation_id="me_connections", responses=ConnectionOut(many=True))
    def get(self, request: Request) -> Response:
        """The services connected to one's account."""
        rows = SocialAccount.objects.filter(user=person(request)).order_by("pk")
        return Response(
            [
                {"id": row.pk, "provider": row.provider, "connected_at": row.date_joined}
                for row in rows
            ]
        )

    @extend_schema(operation_id="me_connections_add", request=FirebaseIn, responses={204: None})
    def post(self, request: Request) -> Response:
        """Connect a Firebase identity; others are connected on the settings page."""
        require_recent(request)
        body = read_body(FirebaseIn, request)
        firebase.connect(user=person(request), id_token=body["id_token"], origin=origin_of(request))
        return Response(status=204)


class ConnectionView(ApiView):
    access = {"delete": Grant(SIGNED_IN, Scope.OWN)}

    @extend_schema(operation_id="me_connections_remove", responses={204: None})
    def delete(self, request: Request, connection_id: Any) -> Response:
        """Disconnect a service; the last way in stays."""
        require_recent(request)
        connections.disconnect(
            user=person(request), connection_id=connection_id, origin=origin_of(request)
        )
        return Response(status=204)
