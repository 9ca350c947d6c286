"""One's own profile, and how the site looks to one."""

from typing import Any

from django.conf import settings
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.kept import kept
from accounts.models import User
from accounts.queries.people import picture_of
from accounts.services import profiles
from tutorme.core.access import SIGNED_IN, Grant, Scope, actors_of
from tutorme.core.api.serializers import OutputSerializer, SafeText, StrictSerializer, ZoneField
from tutorme.core.api.views import IF_MATCH, ApiView, etag, not_modified, read_body, require_match


class ProfileOut(OutputSerializer):
    username = serializers.CharField()
    display_name = serializers.CharField()
    avatar = serializers.CharField(allow_null=True, help_text="Address of the picture.")
    bio = serializers.CharField()
    time_zone = serializers.CharField()
    locale = serializers.CharField()
    points = serializers.IntegerField()
    streak_days = serializers.IntegerField()
    roles = serializers.ListField(child=serializers.CharField())


class ProfileIn(StrictSerializer):
    username = serializers.RegexField(r"^[A-Za-z0-9_.-]{3,30}\Z", max_length=30)
    display_name = SafeText(max_length=80)
    avatar = serializers.UUIDField(
        allow_null=True, help_text="Id of an upload for the purpose `avatar`, or null for none."
    )
    bio = SafeText(max_length=2000, multiline=True, allow_blank=True)
    time_zone = ZoneField()
    locale = serializers.ChoiceField(choices=settings.LANGUAGES)


class PreferencesOut(OutputSerializer):
    theme = serializers.ChoiceField(choices=User.Theme.choices)
    hour_format = serializers.ChoiceField(choices=User.HourFormat.choices)
    week_start = serializers.ChoiceField(choices=User.WeekStart.choices)


class PreferencesIn(StrictSerializer):
    theme = serializers.ChoiceField(choices=User.Theme.choices, required=False)
    hour_format = serializers.ChoiceField(choices=User.HourFormat.choices, required=False)
    week_start = serializers.ChoiceField(choices=User.WeekStart.choices, required=False)


class ProfileView(ApiView):
    scope_area = "profile"
    access = {method: Grant(SIGNED_IN, Scope.OWN) for method in ("get", "put", "patch")}

    @extend_schema(operation_id="me_profile", responses=ProfileOut)
    def get(self, request: Request) -> Response:
        """One's own profile; conditional by ETag."""
        profile, tag = self._profile(request)
        if not_modified(request, tag):
            return Response(status=304, headers={"ETag": tag})
        return Response(profile, headers={"ETag": tag})

    @extend_schema(
        operation_id="me_profile_replace",
        parameters=[IF_MATCH],
        request=ProfileIn,
        responses=ProfileOut,
    )
    def put(self, request: Request) -> Response:
        """Replace the editable part; needs If-Match."""
        return self._write(request, partial=False)

    @extend_schema(
        operation_id="me_profile_update",
        parameters=[IF_MATCH],
        request=ProfileIn,
        responses=ProfileOut,
    )
    def patch(self, request: Request) -> Response:
        """Change some fields; needs If-Match."""
        return self._write(request, partial=True)

    def _write(self, request: Request, *, partial: bool) -> Response:
        assert isinstance(request.user, User)
        reader = ProfileIn(data=request.data, partial=partial)
        reader.is_valid(raise_exception=True)
        row = profiles.update_profile(
            user=request.user,
            changes=reader.validated_data,
            check=lambda current: require_match(request, _profile_tag(current)),
        )
        request.user = row
        profile, tag = self._profile(request)
        return Response(profile, headers={"ETag": tag})

    def _profile(self, request: Request) -> tuple[dict[str, object], str]:
        user = request.user
        assert isinstance(user, User)
        names = ("username", "display_name", "bio", "time_zone", "locale", "points")
        profile: dict[str, object] = {name: getattr(user, name) for name in names}
        profile["avatar"] = picture_of(user)
        profile |= kept(user, timezone.now())
        profile["roles"] = sorted(actors_of(user))
        return profile, _profile_tag(user)


def _profile_tag(user: User) -> str:
    names = ("username", "display_name", "bio", "time_zone", "locale", "avatar_id")
    return etag(user.pk, *(getattr(user, name) for name in names))


class PreferencesView(ApiView):
    scope_area = "profile"
    access = {method: Grant(SIGNED_IN, Scope.OWN) for method in ("get", "patch")}

    @extend_schema(operation_id="me_preferences", responses=PreferencesOut)
    def get(self, request: Request) -> Response:
        """How pages look and count for the caller."""
        return Response(_preferences(request.user))

    @extend_schema(
        operation_id="me_preferences_update", request=PreferencesIn, responses=PreferencesOut
    )
    def patch(self, request: Request) -> Response:
        """Change some of them."""
        assert isinstance(request.user, User)
        wanted = read_body(PreferencesIn, request)
        return Response(
            _preferences(profiles.update_preferences(user=request.user, changes=wanted))
        )


def _preferences(user: Any) -> dict[str, str]:
    return {name: getattr(user, name) for name in profiles.PREFERENCES}
