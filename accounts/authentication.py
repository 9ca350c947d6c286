"""Who is calling: a bearer token, else the session cookie with CSRF enforced."""

from typing import Any

from django.utils.translation import gettext as _
from rest_framework import exceptions
from rest_framework.authentication import BaseAuthentication
from rest_framework.authentication import SessionAuthentication as DRFSessionAuthentication
from rest_framework.request import Request

from accounts import tokens
from accounts.errors import TokenInvalid
from accounts.models import User
from accounts.services import personal_tokens

Claims = tokens.AccessClaims | personal_tokens.TokenClaims


def _bearer(token: str) -> tuple[User, Claims]:
    if token.startswith(personal_tokens.MARK):
        return personal_tokens.user_of(token)
    claims = tokens.read_access(token)
    return tokens.user_of(claims), claims


class BearerAuthentication(BaseAuthentication):
    """`Authorization: Bearer` with an access JWT or a personal token. A bad one is refused; it
    never falls back to the cookie, so a request acts as one person or as nobody."""

    def authenticate(self, request: Request) -> tuple[User, Claims] | None:
        scheme, _space, token = request.headers.get("Authorization", "").partition(" ")
        if not scheme:
            return None
        if scheme.lower() != "bearer" or not token.strip():
            raise exceptions.AuthenticationFailed(_("Send Authorization: Bearer and a token."))
        try:
            return _bearer(token.strip())
        except TokenInvalid as error:
            raise exceptions.AuthenticationFailed(error.detail) from error

    def authenticate_header(self, request: Request) -> str:
        return 'Bearer realm="tutorme"'


class SessionAuthentication(DRFSessionAuthentication):
    """The cookie of the pages. DRF enforces CSRF for it; the user row is the middleware's."""

    def authenticate(self, request: Request) -> tuple[Any, None] | None:
        result: tuple[Any, None] | None = super().authenticate(request)
        return result

    def authenticate_header(self, request: Request) -> str:
        return 'Bearer realm="tutorme"'
