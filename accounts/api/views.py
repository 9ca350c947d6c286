"""Signing up, in and out for apps."""

from django.conf import settings
from django.http import HttpRequest
from django.middleware.csrf import get_token
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts import tokens
from accounts.api import serializers as shapes
from accounts.errors import OriginRefused
from accounts.models import AuthSession, User
from accounts.services import sign_in, users
from tutorme.core.access import ANYONE, SIGNED_IN, Grant, Scope, actors_of
from tutorme.core.api.views import ApiView, Idempotency, read_body
from tutorme.core.client import address_of
from tutorme.core.errors import NotFound


def card(user: User) -> dict[str, object]:
    """What a person is told about their own account."""
    return {
        "id": user.pk,
        "email": user.email,
        "username": user.username,
        "display_name": user.display_name,
        "time_zone": user.time_zone,
        "locale": user.locale,
        "roles": sorted(actors_of(user)),
    }


def open_session(request: Request, user: User) -> dict[str, str]:
    pair = tokens.open_session(
        user, user_agent=request.headers.get("User-Agent", ""), address=address_of(request)
    )
    return {"access": pair.access, "refresh": pair.refresh}


def refuse_foreign_origin(request: HttpRequest | Request) -> None:
    """Anonymous views get no CSRF check, so signing in asks where the page comes from."""
    origin = request.headers.get("Origin")
    if origin is None:
        return
    allowed = {settings.PUBLIC_BASE_URL, *settings.CORS_ALLOWED_ORIGINS}
    own = f"{request.scheme}://{request.get_host()}"
    if origin not in allowed | {own}:
        raise OriginRefused


class PublicAuthView(ApiView):
    authentication_classes = ()
    idempotency = Idempotency.NONE

    def initial(self, request: Request, *args: object, **kwargs: object) -> None:
        super().initial(request, *args, **kwargs)
        refuse_foreign_origin(request)


class RegisterView(PublicAuthView):
    access = {"post": Grant(ANYONE, Scope.ALL)}
    limit_scope = "register"

    @extend_schema(
        operation_id="auth_register",
        request=shapes.RegisterIn,
        responses={201: shapes.RegisteredOut},
    )
    def post(self, request: Request) -> Response:
        """Create an account and sign in.

        An address that has an account gets the same 201, with nulls, and its owner a mail: the
        answer's shape is the one difference a caller may see, explained in docs/api/auth.md.
        """
        body = read_body(shapes.RegisterIn, request)
        role = body.pop("role")
        made = users.register(**body, wants_to_teach=role == "tutor")
        if made.user is None:
            return Response({"user": None, "access": None, "refresh": None}, status=201)
        return Response({"user": card(made.user), **open_session(request, made.user)}, status=201)


class TokenView(PublicAuthView):
    access = {"post": Grant(ANYONE, Scope.ALL)}
    limit_scope = "login"

    @extend_schema(
        operation_id="auth_token", request=shapes.CredentialsIn, responses=shapes.PairOut
    )
    def post(self, request: Request) -> Response:
        """Exchange e-mail and password for an access and a refresh token."""
        body = read_body(shapes.CredentialsIn, request)
        user = sign_in.check_password(request._request, **body)
        return Response(open_session(request, user))


class RefreshView(PublicAuthView):
    access = {"post": Grant(ANYONE, Scope.ALL)}

    @extend_schema(
        operation_id="auth_token_refresh", request=shapes.RefreshIn, responses=shapes.PairOut
    )
    def post(self, request: Request) -> Response:
        """Rotate: the next pair for a refresh token, once. A reused token ends the sign-in."""
        pair = tokens.refresh(read_body(shapes.RefreshIn, request)["refresh"])
        return Response({"access": pair.access, "refresh": pair.refresh})


class RevokeView(PublicAuthView):
    access = {"post": Grant(ANYONE, Scope.ALL)}

    @extend_schema(
        operation_id="auth_token_revoke", request=shapes.RefreshIn, responses={204: None}
    )
    def post(self, request: Request) -> Response:
        """Sign out the device that holds this refresh token."""
        tokens.revoke(read_body(shapes.RefreshIn, request)["refresh"])
        return Response(status=204)


class SessionView(ApiView):
    access = {"get": Grant(ANYONE, Scope.OWN)}

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


class DevicesView(ApiView):
    access = {"get": Grant(SIGNED_IN, Scope.OWN)}

    @extend_schema(operation_id="me_sessions", responses=shapes.DeviceOut(many=True))
    def get(self, request: Request) -> Response:
        """Where the account is signed in through the API, newest first."""
        columns = ("id", "user_agent", "address", "created_at", "rotated_at")
        living = AuthSession.objects.visible_to(request.user).filter(revoked_at=None)
        current = getattr(request.auth, "session_id", None)
        rows = living.order_by("-created_at").values(*columns)[:100]
        return Response([{**row, "current": row["id"] == current} for row in rows])


class DeviceView(ApiView):
    access = {"delete": Grant(SIGNED_IN, Scope.OWN)}

    @extend_schema(operation_id="me_sessions_end", responses={204: None})
    def delete(self, request: Request, session_id: str) -> Response:
        """Sign one device out."""
        session = AuthSession.objects.visible_to(request.user).filter(pk=session_id).first()
        if session is None:
            raise NotFound(_("You have no such session."))
        tokens.end_session(session.pk, because="signed-out")
        return Response(status=204)


class SignOutEverywhereView(ApiView):
    access = {"post": Grant(SIGNED_IN, Scope.OWN)}

    @extend_schema(operation_id="auth_sign_out_everywhere", request=None, responses={204: None})
    def post(self, request: Request) -> Response:
        """End every session and token of the account, this one included."""
        assert isinstance(request.user, User)
        users.sign_out_everywhere(user=request.user, because="asked")
        return Response(status=204)
