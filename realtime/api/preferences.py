"""What one wants to be told, over the API; and what SendGrid tells of mails."""

from typing import Any

from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import User
from realtime.queries import preferences as queries
from realtime.services import bounces, preferences
from tutorme.core.access import ANYONE, SIGNED_IN, Grant, Scope
from tutorme.core.api.serializers import OutputSerializer, StrictSerializer
from tutorme.core.api.views import ApiView, Idempotency, read_body
from tutorme.core.errors import BodyTooLarge

_MOST_BYTES = 5 * 1024 * 1024


class ChoiceIn(StrictSerializer):
    kind = serializers.CharField(max_length=40)
    in_page = serializers.BooleanField(required=False)
    by_mail = serializers.BooleanField(required=False)


class NotificationPreferencesIn(StrictSerializer):
    digest = serializers.ChoiceField(choices=preferences.Digest.choices, required=False)
    quiet_from = serializers.TimeField(required=False, allow_null=True)
    quiet_until = serializers.TimeField(required=False, allow_null=True)
    kinds = ChoiceIn(many=True, required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        hours = [attrs[name] for name in ("quiet_from", "quiet_until") if name in attrs]
        if len(hours) == 1 or (hours and (hours[0] is None) != (hours[1] is None)):
            raise serializers.ValidationError(
                {"quiet_until": ["Give both hours, or null for both."]}, code="quiet-hours"
            )
        return attrs


class KindOut(OutputSerializer):
    kind = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]  # shadows DRF's argument
    area = serializers.CharField()
    in_page = serializers.BooleanField()
    by_mail = serializers.BooleanField()


class NotificationPreferencesOut(OutputSerializer):
    digest = serializers.ChoiceField(choices=preferences.Digest.choices)
    quiet_from = serializers.TimeField(allow_null=True)
    quiet_until = serializers.TimeField(allow_null=True)
    time_zone = serializers.CharField()
    kinds = KindOut(many=True)


class PreferencesView(ApiView):
    access = {"get": Grant(SIGNED_IN, Scope.OWN), "patch": Grant(SIGNED_IN, Scope.OWN)}

    @extend_schema(operation_id="notification_preferences", responses=NotificationPreferencesOut)
    def get(self, request: Request) -> Response:
        """What one is told, and how. What concerns safety and money papers is not listed."""
        return Response(_shown(_user(request)))

    @extend_schema(
        operation_id="notification_preferences_change",
        request=NotificationPreferencesIn,
        responses=NotificationPreferencesOut,
    )
    def patch(self, request: Request) -> Response:
        """Change what is named; the rest stays."""
        body, user = read_body(NotificationPreferencesIn, request), _user(request)
        for row in body.pop("kinds", []):
            kind = row.pop("kind")
            preferences.decide(user=user, kind=kind, changes=row)
        if body:
            preferences.change_settings(user=user, changes=body, now=timezone.now())
        return Response(_shown(user))


def _shown(user: User) -> dict[str, Any]:
    own = preferences.settings_of(user.pk)
    return {
        "digest": own.digest,
        "quiet_from": own.quiet_from,
        "quiet_until": own.quiet_until,
        "time_zone": user.time_zone,
        "kinds": [
            {
                "kind": choice.kind.name,
                "label": choice.kind.label,
                "area": choice.kind.area,
                "in_page": choice.in_page,
                "by_mail": choice.by_mail,
            }
            for choice in queries.matrix(user)
        ],
    }


def _user(request: Request) -> User:
    assert isinstance(request.user, User)
    return request.user


class SendGridWebhookView(ApiView):
    """No session, no token: the signature is the proof."""

    authentication_classes = ()
    access = {"post": Grant(ANYONE, Scope.SIGNED)}
    idempotency = Idempotency.NONE
    limit_scope = "webhook"

    @extend_schema(
        operation_id="webhooks_sendgrid", request=OpenApiTypes.OBJECT, responses={204: None}
    )
    def post(self, request: Request) -> Response:
        """Take events of SendGrid: verified, stored, answered; applied in the background."""
        if int(request.META.get("CONTENT_LENGTH") or 0) > _MOST_BYTES:
            raise BodyTooLarge
        bounces.receive(request._request)
        return Response(status=204)
