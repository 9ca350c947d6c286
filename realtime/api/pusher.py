"""The doors for clients and servers of Pusher's protocol, and which carrier the site uses."""

from django.conf import settings
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.parsers import FormParser
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.channels import USER
from accounts.models import User
from realtime.errors import ChannelRefused
from realtime.gateways import pusher
from realtime.services import pusher_news
from realtime.services.pusher_news import PRESENCE, PRIVATE
from tutorme.core.access import ANYONE, SIGNED_IN, Grant, Scope
from tutorme.core.api.parsers import StrictJSONParser
from tutorme.core.api.serializers import OutputSerializer, StrictSerializer
from tutorme.core.api.views import ApiView, Idempotency, read_body
from tutorme.core.channels import PUBLIC, access, keeps_presence, named, vocabulary
from tutorme.core.errors import BodyTooLarge, ProviderNotConfigured

_MOST_BYTES = 256 * 1024


class PusherOut(OutputSerializer):
    key = serializers.CharField()
    host = serializers.CharField()
    port = serializers.IntegerField()
    tls = serializers.BooleanField()
    auth_url = serializers.CharField()


class ConfigOut(OutputSerializer):
    driver = serializers.ChoiceField(choices=["sse", "pusher"])
    stream_url = serializers.CharField()
    events_url = serializers.CharField(help_text="Catches up whatever the driver.")
    channels = serializers.ListField(child=serializers.CharField(), help_text="Always open to you.")
    events = serializers.ListField(child=serializers.CharField())
    pusher = PusherOut(allow_null=True)


class AuthIn(StrictSerializer):
    socket_id = serializers.RegexField(r"\A\d{1,20}\.\d{1,20}\Z", max_length=41)
    channel_name = serializers.CharField(max_length=164)


class AuthOut(OutputSerializer):
    auth = serializers.CharField()
    channel_data = serializers.CharField(required=False)


class ConfigView(ApiView):
    access = {"get": Grant(SIGNED_IN, Scope.OWN)}

    @extend_schema(operation_id="realtime_config", responses=ConfigOut)
    def get(self, request: Request) -> Response:
        """How this site delivers what happens, and where to connect."""
        is_pusher = settings.REALTIME_DRIVER == "pusher"
        return Response(
            {
                "driver": settings.REALTIME_DRIVER,
                "stream_url": "/api/v1/realtime/stream/",
                "events_url": "/api/v1/realtime/events/",
                "channels": [named(USER, request.user.pk or ""), PUBLIC],
                "events": sorted(vocabulary()),
                "pusher": _pusher() if is_pusher else None,
            }
        )


def _pusher() -> dict[str, object]:
    own = settings.PUSHER
    return {
        "key": own["key"],
        "host": own["ws_host"],
        "port": own["ws_port"],
        "tls": own["tls"],
        "auth_url": "/api/v1/realtime/auth/",
    }


class AuthView(ApiView):
    """Pusher's form: a socket asks to be let into a private or presence channel."""

    access = {"post": Grant(SIGNED_IN, Scope.OWN)}
    parser_classes = (FormParser, StrictJSONParser)
    idempotency = Idempotency.NONE
    limit_scope = {"post": "signal"}

    @extend_schema(
        operation_id="realtime_auth",
        request={"application/x-www-form-urlencoded": AuthIn, "application/json": AuthIn},
        responses=AuthOut,
    )
    def post(self, request: Request) -> Response:
        """Let one's socket into a channel whose owner lets one listen."""
        body = read_body(AuthIn, request)
        if settings.REALTIME_DRIVER != "pusher" or not pusher.is_configured():
            raise ProviderNotConfigured
        user, name = request.user, body["channel_name"]
        assert isinstance(user, User)
        if not _may_listen(user, name):
            raise ChannelRefused(channel=name[:100])
        return Response(pusher.authorise(name, body["socket_id"], _member(user, name)))


def _may_listen(user: User, name: str) -> bool:
    """`presence-x` is the same room as `private-x`, where it is known who listens."""
    if not name.startswith(PRESENCE):
        return name.startswith(PRIVATE) and access(user, name).may_listen
    private = PRIVATE + name.removeprefix(PRESENCE)
    return keeps_presence(private) and access(user, private).may_listen


def _member(user: User, name: str) -> dict[str, object] | None:
    if not name.startswith(PRESENCE):
        return None
    return {"user_id": str(user.pk), "user_info": {"display_name": user.display_name}}


class PusherWebhookView(ApiView):
    """No session, no token: the signature is the proof."""

    authentication_classes = ()
    access = {"post": Grant(ANYONE, Scope.SIGNED)}
    idempotency = Idempotency.NONE
    limit_scope = "webhook"

    @extend_schema(
        operation_id="webhooks_pusher", request=OpenApiTypes.OBJECT, responses={204: None}
    )
    def post(self, request: Request) -> Response:
        """Take a webhook of Pusher: verified, stored, answered; applied in the background."""
        if int(request.META.get("CONTENT_LENGTH") or 0) > _MOST_BYTES:
            raise BodyTooLarge
        pusher_news.receive(
            key=request.headers.get("X-Pusher-Key", ""),
            signature=request.headers.get("X-Pusher-Signature", ""),
            body=request._request.body,
        )
        return Response(status=204)
