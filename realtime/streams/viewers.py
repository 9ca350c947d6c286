"""Who looks at a stream, and whether they still may: a bearer token or the pages' cookie."""

from dataclasses import dataclass

from django.conf import settings
from django.contrib.auth import get_user
from django.http import HttpRequest
from django.utils.module_loading import import_string

from accounts import tokens
from accounts.errors import TokenInvalid
from accounts.models import User
from accounts.services import sessions
from tutorme.core.channels import access


@dataclass(frozen=True)
class Credential:
    """What the request carried. A bearer token, good or bad, is never mixed with the cookie."""

    bearer: tokens.AccessClaims | None = None
    session_key: str = ""


@dataclass(frozen=True)
class Viewer:
    user: User
    credential: Credential


def credential_of(authorization: str, session_key: str) -> Credential:
    """Raises `TokenInvalid` for a token that is none; no database is asked."""
    if not authorization:
        return Credential(session_key=session_key)
    scheme, _space, token = authorization.partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise TokenInvalid
    return Credential(bearer=tokens.read_access(token.strip()))


def identify(credential: Credential) -> Viewer | None:
    """The person, if the sign-in lives now: at most two queries."""
    user = _user_of(credential)
    return Viewer(user, credential) if user else None


def may_listen(credential: Credential, channels: list[str]) -> bool:
    """Asked again and again while a stream is open."""
    viewer = identify(credential)
    return viewer is not None and all(access(viewer.user, name).may_listen for name in channels)


def _user_of(credential: Credential) -> User | None:
    if credential.bearer:
        try:
            return tokens.user_of(credential.bearer)
        except TokenInvalid:
            return None
    return _user_of_cookie(credential.session_key) if credential.session_key else None


def _user_of_cookie(session_key: str) -> User | None:
    """Django's own rules: the session lives, the account is active, its hash still fits; and ours,
    that a sign-in has an end."""
    request = HttpRequest()
    request.session = import_string(f"{settings.SESSION_ENGINE}.SessionStore")(session_key)
    if sessions.is_over(request):
        return None
    user = get_user(request)
    return user if isinstance(user, User) and user.is_active else None
