"""How an account is entered, for apps: password, address, devices, personal tokens."""

from typing import Any

from django.urls import reverse
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts import tokens
from accounts.api import entrance_shapes as shapes
from accounts.api.card import card
from accounts.api.entrance import waiting_for
from accounts.errors import ReauthenticationRequired
from accounts.models import PersonalToken, User
from accounts.origin import origin_of
from accounts.queries.security import security_events
from accounts.services import (
    addresses,
    passwords,
    personal_tokens,
    reauthentication,
    sessions,
    users,
)
from accounts.tokens import AccessClaims
from tutorme.core.access import SIGNED_IN, Grant, Scope
from tutorme.core.api.views import ApiView, Idempotency, read_body
from tutorme.core.client import address_of

_OWN = Grant(SIGNED_IN, Scope.OWN)


def person(request: Request) -> User:
    assert isinstance(request.user, User)
    return request.user


def require_recent(request: Request) -> None:
    """Dangerous changes want a sign-in, or a proof at `auth/reauthenticate/`, minutes old."""
    if not reauthentication.is_recent(request._request, request.auth):
        raise ReauthenticationRequired(next=reverse("auth-reauthenticate"))


class ReauthenticateView(ApiView):
    access = {"post": _OWN}
    idempotency = Idempotency.NONE
    limit_scope = "login"

    @extend_schema(
        operation_id="auth_reauthenticate", request=shapes.ConfirmIn, responses={204: None}
    )
    def post(self, request: Request) -> Response:
        """Show the password, or a code of the second factor, once more."""
        body = read_body(shapes.ConfirmIn, request)
        reauthentication.confirm(
            request._request, user=person(request), claims=request.auth, **body
        )
        return Response(status=204)


class PasswordView(ApiView):
    access = {"post": _OWN}
    idempotency = Idempotency.NONE
    limit_scope = "login"

    @extend_schema(operation_id="me_password", request=shapes.PasswordIn, responses=shapes.PairOut)
    def post(self, request: Request) -> Response:
        """Change the password; every sign-in ends and the answer is the next pair of this one."""
        body = read_body(shapes.PasswordIn, request)
        user, origin = person(request), origin_of(request)
        if not user.has_usable_password():
            require_recent(request)
        passwords.change(
            request._request,
            user=user,
            current=body["current_password"],
            new=body["new_password"],
            origin=origin,
        )
        return Response(_go_on(request, user))


def _go_on(request: Request, user: User) -> dict[str, str]:
    """An app goes on with a new pair, a browser with its cookie."""
    if isinstance(request.auth, AccessClaims):
        made = tokens.reissue(user, request.auth.session_id)
        return {"access": made.access, "refresh": made.refresh}
    sessions.stay(request._request, user)
    return {"access": "", "refresh": ""}


class EmailView(ApiView):
    access = {"post": _OWN}
    idempotency = Idempotency.NONE

    @extend_schema(
        operation_id="me_email", request=shapes.EmailIn, responses={202: shapes.RegisteredOut}
    )
    def post(self, request: Request) -> Response:
        """Ask to move the account to another address: a code goes there."""
        require_recent(request)
        body = read_body(shapes.EmailIn, request)
        code = addresses.begin(
            user=person(request), email=body["email"], source=address_of(request)
        )
        return Response({"verification": waiting_for(code)}, status=202)


class EmailConfirmView(ApiView):
    access = {"post": _OWN}
    idempotency = Idempotency.NONE
    limit_scope = "code"

    @extend_schema(
        operation_id="me_email_confirm", request=shapes.CodeIn, responses=shapes.SignedUpOut
    )
    def post(self, request: Request) -> Response:
        """Move the account; the old address is told, and every other sign-in ends."""
        require_recent(request)
        body = read_body(shapes.CodeIn, request)
        user = addresses.finish(
            user=person(request),
            code_id=body["id"],
            code=body["code"],
            origin=origin_of(request),
        )
        return Response({"user": card(user), **_go_on(request, user)})


class DevicesView(ApiView):
    access = {"get": _OWN}

    @extend_schema(operation_id="me_sessions", responses=shapes.DeviceOut(many=True))
    def get(self, request: Request) -> Response:
        """Where the account is signed in, browsers and apps, newest first."""
        columns = ("id", "user_agent", "address", "created_at", "rotated_at", "kind", "method")
        here = sessions.current_id(request._request, request.auth)
        rows = sessions.living(person(request)).values(*columns)[:100]
        return Response([{**row, "current": row["id"] == here} for row in rows])


class DeviceView(ApiView):
    access = {"delete": _OWN}

    @extend_schema(operation_id="me_sessions_end", responses={204: None})
    def delete(self, request: Request, session_id: Any) -> Response:
        """Sign one device out."""
        sessions.end(user=person(request), session_id=session_id)
        return Response(status=204)


class SignOutEverywhereView(ApiView):
    access = {"post": _OWN}

    @extend_schema(operation_id="auth_sign_out_everywhere", request=None, responses={204: None})
    def post(self, request: Request) -> Response:
        """End every session and token of the account, this one included."""
        users.sign_out_everywhere(user=person(request), because="asked")
        return Response(status=204)


class SecurityEventsView(ApiView):
    access = {"get": _OWN}

    @extend_schema(operation_id="me_security", responses=shapes.SecurityEventOut(many=True))
    def get(self, request: Request) -> Response:
        """What happened to the ways into the account, newest first, fifty at most."""
        found = security_events(person(request), limit=50)
        names = ("change", "text", "device", "address", "at")
        return Response([{name: getattr(row, name) for name in names} for row in found])


_SHOWN = ("id", "name", "prefix", "scopes", "expires_at", "last_used_at", "created_at")


class PersonalTokensView(ApiView):
    access = {"get": _OWN, "post": _OWN}
    # The answer holds the secret: it is kept nowhere, not even to be replayed.
    idempotency = Idempotency.NONE

    @extend_schema(operation_id="me_tokens", responses=shapes.PersonalTokenOut(many=True))
    def get(self, request: Request) -> Response:
        """One's living personal tokens, newest first; never the secret."""
        return Response(list(personal_tokens.living(person(request)).values(*_SHOWN)))

    @extend_schema(
        operation_id="me_tokens_make",
        request=shapes.PersonalTokenIn,
        responses={201: shapes.PersonalTokenMadeOut},
    )
    def post(self, request: Request) -> Response:
        """Make a personal token. `token` is in this answer and never again."""
        require_recent(request)
        body = read_body(shapes.PersonalTokenIn, request)
        made = personal_tokens.make(user=person(request), origin=origin_of(request), **body)
        row = PersonalToken.objects.visible_to(request.user).values(*_SHOWN).get(pk=made.row.pk)
        return Response({**row, "token": made.secret}, status=201)


class PersonalTokenView(ApiView):
    access = {"delete": _OWN}

    @extend_schema(operation_id="me_tokens_revoke", responses={204: None})
    def delete(self, request: Request, token_id: Any) -> Response:
        """Revoke a personal token; it is refused at its next call."""
        personal_tokens.revoke(user=person(request), token_id=token_id, origin=origin_of(request))
        return Response(status=204)
