from django.conf import settings
from django.contrib.auth import get_user_model
from rest_framework import serializers

from tutorme.core.api.serializers import OutputSerializer, SafeText, StrictSerializer, ZoneField

User = get_user_model()


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


class CsrfOut(OutputSerializer):
    csrf_token = serializers.CharField()
    header = serializers.CharField()


class ProfileOut(OutputSerializer):
    username = serializers.CharField()
    display_name = serializers.CharField()
    bio = serializers.CharField()
    time_zone = serializers.CharField()
    locale = serializers.CharField()
    points = serializers.IntegerField()
    streak_days = serializers.IntegerField()
    roles = serializers.ListField(child=serializers.CharField())


class ProfileIn(StrictSerializer):
    username = serializers.RegexField(r"^[A-Za-z0-9_.-]{3,30}$", max_length=30)
    display_name = SafeText(max_length=80)
    bio = SafeText(max_length=2000, multiline=True, allow_blank=True)
    time_zone = ZoneField()
    locale = serializers.ChoiceField(choices=settings.LANGUAGES)
