"""Who the caller is, and one's own profile."""

from django.middleware.csrf import get_token
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api import serializers as shapes
from accounts.api.card import card, roles_of
from accounts.models import User
from accounts.services import profiles
from tutorme.core.access import ANYONE, SIGNED_IN, Grant, Scope
from tutorme.core.api.views import ApiView, etag, not_modified, require_match


class SessionView(ApiView):
    access = {"get": Grant(ANYONE, Scope.OWN)}
    scope_area = "profile"

    @extend_schema(operation_id="auth_session", responses=shapes.SessionOut)
    def get(self, request: Request) -> Response:
        """Who the caller is."""
        user = request.user
        if not isinstance(user, User):
            return Response({"authenticated": False, "user": None})
        return Response({"authenticated": True, "user": card(user)})


class CsrfView(ApiView):
    access = {"get": Grant(ANYONE, Scope.ALL)}

    @extend_schema(operation_id="auth_csrf", responses=shapes.CsrfOut)
    def get(self, request: Request) -> Response:
        """The token a cookie client sends back with every write."""
        return Response({"csrf_token": get_token(request._request), "header": "X-CSRFToken"})


class ProfileView(ApiView):
    scope_area = "profile"
    access = {method: Grant(SIGNED_IN, Scope.OWN) for method in ("get", "put", "patch")}

    @extend_schema(operation_id="me_profile", responses=shapes.ProfileOut)
    def get(self, request: Request) -> Response:
        """One's own profile; conditional by ETag."""
        profile, tag = self._profile(request)
        if not_modified(request, tag):
            return Response(status=304, headers={"ETag": tag})
        return Response(profile, headers={"ETag": tag})

    @extend_schema(
        operation_id="me_profile_replace", request=shapes.ProfileIn, responses=shapes.ProfileOut
    )
    def put(self, request: Request) -> Response:
        """Replace the editable part; needs If-Match."""
        return self._write(request, partial=False)

    @extend_schema(
        operation_id="me_profile_update", request=shapes.ProfileIn, responses=shapes.ProfileOut
    )
    def patch(self, request: Request) -> Response:
        """Change some fields; needs If-Match."""
        return self._write(request, partial=True)

    def _write(self, request: Request, *, partial: bool) -> Response:
        assert isinstance(request.user, User)
        reader = shapes.ProfileIn(data=request.data, partial=partial)
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
        names = (*profiles.EDITABLE, "points")
        profile: dict[str, object] = {name: getattr(user, name) for name in names}
        streak = user.current_streak(timezone.now())
        more = {"streak_days": streak, "roles": roles_of(user)}
        return {**profile, **more}, _profile_tag(user)


def _profile_tag(user: User) -> str:
    return etag(user.pk, *(getattr(user, name) for name in profiles.EDITABLE))
