"""API tokens. simplejwt signs and parses; that they end is our own rows' doing.

Access and refresh tokens carry `sid` (the AuthSession) and `ver` (User.token_version). simplejwt's
own blacklist lets parallel refreshes through (measured: 8 of 8), so refreshing is one
compare-and-swap on the session row.
"""

import uuid
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, F, OuterRef, QuerySet
from django.db.models.functions import Least, Now
from rest_framework_simplejwt.exceptions import TokenError
from rest_framework_simplejwt.tokens import AccessToken, RefreshToken, Token

from accounts.errors import RefreshInProgress, RefreshReused, TokenInvalid
from accounts.models import AuthSession, User
from accounts.origin import Origin, described
from accounts.services import security
from tutorme.core.ids import uuid7
from tutorme.core.prepared import first, prepared

# Two tabs refreshing at once are not a theft; the loser is told to use the winner's pair.
GRACE = timedelta(seconds=10)
_PARSE_ERRORS = (
    TokenError,
    ValueError,
    TypeError,
    OSError,
    OverflowError,
    KeyError,
    AttributeError,
)


@dataclass(frozen=True)
class Pair:
    access: str
    refresh: str


@dataclass(frozen=True)
class AccessClaims:
    user_id: uuid.UUID
    session_id: uuid.UUID
    version: int


def open_session(
    user: User, *, user_agent: str = "", address: str = "", device: str = "", method: str = ""
) -> Pair:
    """Starts a sign-in of an API client."""
    session = AuthSession.objects.create(
        user=user,
        token_version=user.token_version,
        expires_at=Now() + settings.REFRESH_TOKEN_LIFETIME,
        absolute_expires_at=Now() + settings.SESSION_ABSOLUTE_LIFETIME,
        user_agent=user_agent[:300],
        address=address[:64],
        device=device,
        method=method,
    )
    return _pair(user, session.pk, session.current_jti)


def reissue(user: User, session_id: uuid.UUID) -> Pair:
    """A new pair for a sign-in that goes on after `token_version` rose; the old pair is dead."""
    jti = uuid7()
    AuthSession.objects.filter(pk=session_id, user=user, revoked_at=None).update(
        current_jti=jti,
        previous_jti=None,
        token_version=user.token_version,
        confirmed_at=Now(),
    )
    return _pair(user, session_id, jti)


def refresh(token: str) -> Pair:
    """The next pair. Exactly one of parallel callers gets it; a replayed token ends the session."""
    claims, jti = _read(RefreshToken, token)
    new_jti = uuid7()
    # EXISTS, not a join: Django turns an UPDATE with a join into `id IN (SELECT ...)`, which
    # PostgreSQL does not look at again after waiting for the row, and a second caller would win.
    signed_in = User.objects.filter(
        pk=OuterRef("user_id"), is_active=True, token_version=claims.version
    )
    won = AuthSession.objects.filter(
        Exists(signed_in),
        pk=claims.session_id,
        kind=AuthSession.Kind.APP,
        user_id=claims.user_id,
        current_jti=jti,
        revoked_at=None,
        expires_at__gt=Now(),
    ).update(
        current_jti=new_jti,
        previous_jti=F("current_jti"),
        rotated_at=Now(),
        expires_at=Least(Now() + settings.REFRESH_TOKEN_LIFETIME, F("absolute_expires_at")),
    )
    if not won:
        raise _why_lost(claims, jti)
    return _pair(User.objects.get(pk=claims.user_id), claims.session_id, new_jti)


def _why_lost(claims: AccessClaims, jti: uuid.UUID) -> Exception:
    live = AuthSession.objects.filter(
        pk=claims.session_id, user_id=claims.user_id, revoked_at=None, expires_at__gt=Now()
    )
    if not live.filter(user__is_active=True, user__token_version=claims.version).exists():
        return TokenInvalid()
    if live.filter(previous_jti=jti, rotated_at__gt=Now() - GRACE).exists():
        return RefreshInProgress()
    _revoke_replayed(claims)
    return RefreshReused()


def _revoke_replayed(claims: AccessClaims) -> None:
    session = AuthSession.objects.filter(pk=claims.session_id, revoked_at=None)
    with transaction.atomic():
        if session.update(revoked_at=Now(), revoked_because="reuse"):
            row = AuthSession.objects.select_related("user").get(pk=claims.session_id)
            origin = Origin(described(row.user_agent), row.user_agent, row.address)
            security.note("session-reused", user=row.user, origin=origin)


def revoke(token: str) -> None:
    """Signs out the device that holds this refresh token; an invalid token is nobody's."""
    claims, _jti = _read(RefreshToken, token)
    end_session(claims.session_id, because="signed-out")


def end_session(session_id: uuid.UUID, *, because: str) -> bool:
    return bool(
        AuthSession.objects.filter(pk=session_id, revoked_at=None).update(
            revoked_at=Now(), revoked_because=because
        )
    )


def read_access(token: str) -> AccessClaims:
    return _read(AccessToken, token)[0]


@prepared
def _signed_in(user_id: uuid.UUID, version: int, session_id: uuid.UUID) -> QuerySet[User]:
    """Nothing that is found is kept: who was suspended a moment ago is refused by the next call."""
    people: QuerySet[User] = User.objects.select_related("tutor_profile").filter(
        pk=user_id,
        is_active=True,
        token_version=version,
        auth_sessions__pk=session_id,
        auth_sessions__revoked_at=None,
        auth_sessions__absolute_expires_at__gt=Now(),
    )
    return people[:1]


def user_of(claims: AccessClaims) -> User:
    """The person behind an access token, in one query that also asks whether the sign-in lives."""
    user: User | None = first(_signed_in(claims.user_id, claims.version, claims.session_id))
    if user is None:
        raise TokenInvalid
    return user


def _read(kind: type[Token], token: str) -> tuple[AccessClaims, uuid.UUID]:
    """Whatever is wrong with a token is one error: a parser's surprise must not be a 500."""
    try:
        parsed = kind(token)  # type: ignore[arg-type]
        claims = AccessClaims(
            user_id=uuid.UUID(parsed["sub"]),
            session_id=uuid.UUID(parsed["sid"]),
            version=int(parsed["ver"]),
        )
        return claims, uuid.UUID(parsed["jti"])
    except _PARSE_ERRORS as error:
        raise TokenInvalid from error


def _pair(user: User, session_id: uuid.UUID, jti: uuid.UUID) -> Pair:
    return Pair(
        access=str(_token(AccessToken, user, session_id, uuid7())),
        refresh=str(_token(RefreshToken, user, session_id, jti)),
    )


def _token(kind: type[Token], user: User, session_id: uuid.UUID, jti: uuid.UUID) -> Token:
    token = kind()
    claims: dict[str, Any] = {
        "sub": str(user.pk),
        "sid": str(session_id),
        "ver": user.token_version,
        "jti": str(jti),
    }
    for name, value in claims.items():
        token[name] = value
    return token
