"""What the API takes and answers, for the schema and for reading."""

from rest_framework import serializers

from tutorme.core.api.serializers import (
    BoundedDateTime,
    OutputSerializer,
    PageSize,
    SafeText,
    StrictSerializer,
)
from webhooks.models import Delivery, Endpoint

_CHANGEABLE = [Endpoint.State.ACTIVE, Endpoint.State.PAUSED]


class WebhookTypeOut(OutputSerializer):
    name = serializers.CharField()
    title = serializers.CharField()
    area = serializers.CharField()


class WebhookEdit(StrictSerializer):
    url = SafeText(max_length=500, required=False)
    description = SafeText(max_length=80, required=False, allow_blank=True)
    types = serializers.ListField(
        child=serializers.CharField(max_length=60), min_length=1, max_length=100, required=False
    )
    state = serializers.ChoiceField(choices=_CHANGEABLE, required=False)


class WebhookIn(StrictSerializer):
    url = SafeText(max_length=500)
    description = SafeText(max_length=80, required=False, allow_blank=True)
    types = serializers.ListField(
        child=serializers.CharField(max_length=60), min_length=1, max_length=100
    )
    organization = serializers.UUIDField(
        required=False, help_text="Of an organisation you own: its certificates and lists."
    )
    site = serializers.BooleanField(
        required=False, default=False, help_text="Everything that happens; for admins."
    )


class WebhookOut(OutputSerializer):
    id = serializers.UUIDField()
    owner = serializers.UUIDField(allow_null=True)
    organization = serializers.UUIDField(allow_null=True)
    url = serializers.CharField()
    description = serializers.CharField()
    types = serializers.ListField(child=serializers.CharField())
    state = serializers.ChoiceField(choices=Endpoint.State.choices)
    failing_since = serializers.DateTimeField(allow_null=True)
    disabled_at = serializers.DateTimeField(allow_null=True)
    disabled_reason = serializers.CharField()
    previous_secret_until = serializers.DateTimeField(
        allow_null=True, help_text="Until then the secret before a rotation signs as well."
    )
    created_at = serializers.DateTimeField()


class WebhookMadeOut(WebhookOut):
    secret = serializers.CharField(help_text="Shown in this answer and never again.")


class WebhookDeliveryOut(OutputSerializer):
    id = serializers.UUIDField()
    message_id = serializers.UUIDField(help_text="The `webhook-id` of every try.")
    type = serializers.CharField()
    state = serializers.ChoiceField(choices=Delivery.State.choices)
    tries = serializers.IntegerField()
    last_status = serializers.IntegerField(allow_null=True)
    last_error = serializers.CharField()
    next_try_at = serializers.DateTimeField(allow_null=True)
    delivered_at = serializers.DateTimeField(allow_null=True)
    created_at = serializers.DateTimeField()


class WebhookAttemptOut(OutputSerializer):
    at = serializers.DateTimeField()
    ms = serializers.IntegerField()
    status = serializers.IntegerField(allow_null=True)
    error = serializers.CharField()


class WebhookDeliveryDetailOut(WebhookDeliveryOut):
    body = serializers.CharField(help_text="What is sent, byte for byte.")
    attempts = WebhookAttemptOut(many=True)


class WebhookDeliveriesQuery(StrictSerializer):
    state = serializers.ChoiceField(required=False, choices=Delivery.State.choices)
    type = serializers.CharField(required=False, max_length=60)
    cursor = serializers.CharField(required=False)
    page_size = PageSize(required=False)


class WebhookReplayIn(StrictSerializer):
    since = BoundedDateTime()
    until = BoundedDateTime(required=False, help_text="Left out: now.")
    missed_only = serializers.BooleanField(
        required=False, default=True, help_text="Leave out what was taken."
    )
