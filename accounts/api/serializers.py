from django.contrib.auth import get_user_model
from rest_framework import serializers

from tutorme.core.api.serializers import OutputSerializer, SafeText, StrictSerializer, ZoneField

User = get_user_model()


class RegisterIn(StrictSerializer):
    email = serializers.EmailField(max_length=254)
    password = serializers.CharField(max_length=1024, trim_whitespace=False, write_only=True)
    display_name = SafeText(max_length=80)
    username = serializers.CharField(max_length=30, required=False, default="")
    time_zone = ZoneField(required=False, default="UTC")
    role = serializers.ChoiceField(choices=["student", "tutor"], required=False, default="student")


class CredentialsIn(StrictSerializer):
    email = serializers.CharField(max_length=254)
    password = serializers.CharField(max_length=1024, trim_whitespace=False, write_only=True)


class RefreshIn(StrictSerializer):
    refresh = serializers.CharField(max_length=4096)


class PairOut(OutputSerializer):
    access = serializers.CharField()
    refresh = serializers.CharField()


class CardOut(OutputSerializer):
    id = serializers.UUIDField()
    email = serializers.EmailField()
    username = serializers.CharField()
    display_name = serializers.CharField()
    time_zone = serializers.CharField()
    locale = serializers.CharField()
    roles = serializers.ListField(child=serializers.CharField())


class RegisteredOut(OutputSerializer):
    user = CardOut(allow_null=True)
    access = serializers.CharField(allow_null=True)
    refresh = serializers.CharField(allow_null=True)


class SessionOut(OutputSerializer):
    user = CardOut(allow_null=True)
    authenticated = serializers.BooleanField()


class CsrfOut(OutputSerializer):
    csrf_token = serializers.CharField()
    header = serializers.CharField()


class DeviceOut(OutputSerializer):
    id = serializers.UUIDField()
    user_agent = serializers.CharField()
    address = serializers.CharField()
    created_at = serializers.DateTimeField()
    rotated_at = serializers.DateTimeField(allow_null=True)
    current = serializers.BooleanField()
