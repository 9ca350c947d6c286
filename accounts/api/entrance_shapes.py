"""What the ways in take and give."""

from rest_framework import serializers

from accounts.api.serializers import CardOut
from accounts.services.personal_tokens import SCOPES
from tutorme.core.api.serializers import OutputSerializer, SafeText, StrictSerializer, ZoneField


class RegisterIn(StrictSerializer):
    email = serializers.EmailField(max_length=254)
    password = serializers.CharField(max_length=1024, trim_whitespace=False, write_only=True)
    display_name = SafeText(max_length=80)
    username = serializers.CharField(max_length=30, required=False, allow_blank=True, default="")
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


class SignedUpOut(PairOut):
    user = CardOut()


class VerificationOut(OutputSerializer):
    id = serializers.UUIDField()
    email = serializers.EmailField()
    expires_at = serializers.DateTimeField()


class RegisteredOut(OutputSerializer):
    verification = VerificationOut()


class VerificationIn(StrictSerializer):
    id = serializers.UUIDField()


class CodeIn(StrictSerializer):
    id = serializers.UUIDField()
    code = serializers.CharField(max_length=64)


class SecondFactorIn(StrictSerializer):
    ticket = serializers.CharField(max_length=400)
    code = serializers.CharField(max_length=64)


class EmailIn(StrictSerializer):
    email = serializers.EmailField(max_length=254)


class ResetIn(CodeIn):
    password = serializers.CharField(max_length=1024, trim_whitespace=False, write_only=True)


class PasswordIn(StrictSerializer):
    current_password = serializers.CharField(
        max_length=1024,
        trim_whitespace=False,
        write_only=True,
        required=False,
        allow_blank=True,
        default="",
    )
    new_password = serializers.CharField(max_length=1024, trim_whitespace=False, write_only=True)


class ConfirmIn(StrictSerializer):
    """One of the two."""

    password = serializers.CharField(
        max_length=1024,
        trim_whitespace=False,
        write_only=True,
        required=False,
        allow_blank=True,
        default="",
    )
    code = serializers.CharField(max_length=64, required=False, allow_blank=True, default="")


class DeviceOut(OutputSerializer):
    id = serializers.UUIDField()
    user_agent = serializers.CharField()
    address = serializers.CharField()
    created_at = serializers.DateTimeField()
    rotated_at = serializers.DateTimeField(allow_null=True)
    kind = serializers.CharField()
    method = serializers.CharField()
    current = serializers.BooleanField()


class SecurityEventOut(OutputSerializer):
    change = serializers.CharField()
    text = serializers.CharField()
    device = serializers.CharField()
    address = serializers.CharField()
    at = serializers.DateTimeField()


class PersonalTokenIn(StrictSerializer):
    name = SafeText(max_length=60)
    scopes = serializers.ListField(
        child=serializers.ChoiceField(choices=SCOPES), min_length=1, max_length=len(SCOPES)
    )
    expires_at = serializers.DateTimeField()


class PersonalTokenOut(OutputSerializer):
    id = serializers.UUIDField()
    name = serializers.CharField()
    prefix = serializers.CharField()
    scopes = serializers.ListField(child=serializers.CharField())
    expires_at = serializers.DateTimeField()
    last_used_at = serializers.DateTimeField(allow_null=True)
    created_at = serializers.DateTimeField()


class PersonalTokenMadeOut(PersonalTokenOut):
    token = serializers.CharField(help_text="Shown this once.")
