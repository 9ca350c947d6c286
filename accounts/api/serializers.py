from rest_framework import serializers

from tutorme.core.api.serializers import OutputSerializer


class CardOut(OutputSerializer):
    id = serializers.UUIDField()
    email = serializers.EmailField()
    username = serializers.CharField()
    display_name = serializers.CharField()
    time_zone = serializers.CharField()
    locale = serializers.CharField()
    roles = serializers.ListField(child=serializers.CharField())


class SessionOut(OutputSerializer):
    user = CardOut(allow_null=True)
    authenticated = serializers.BooleanField()
    entitlements = serializers.ListField(
        child=serializers.CharField(), help_text="What a subscription opens for them now."
    )


class CsrfOut(OutputSerializer):
    csrf_token = serializers.CharField()
    header = serializers.CharField()
