"""Keys people make for scripts of their own."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.errors import TokenInvalid
from accounts.models import PersonalToken, User
from accounts.origin import Origin
from accounts.services import security
from tutorme.core.errors import InvalidInput, NotFound

MARK = "tmt_"
AREAS = (
    *("profile", "courses", "booking", "payments", "certificates"),
    *("video", "ai", "realtime"),
)
SCOPES = tuple(f"{area}:{verb}" for area in AREAS for verb in ("read", "write"))
LONGEST = timedelta(days=366)
MOST = 50
_SEEN_EVERY = timedelta(minutes=1)


@dataclass(frozen=True)
class TokenClaims:
    token_id: UUID
    scopes: frozenset[str]


@dataclass(frozen=True)
class Made:
    """`secret` exists here and nowhere else; nobody can be shown it again."""

    row: PersonalToken
    secret: str


def make(*, user: User, name: str, scopes: list[str], expires_at: datetime, origin: Origin) -> Made:
    _refuse_bad_life(expires_at)
    secret = MARK + secrets.token_urlsafe(32)
    with transaction.atomic():
        # One account's tokens are counted by one caller at a time.
        owner: User = User.objects.select_for_update(no_key=True).get(pk=user.pk)
        if living(owner).count() >= MOST:
            raise _refused("/name", "too-many", _("Revoke a token you no longer use first."))
        row = PersonalToken.objects.create(
            user=owner,
            name=name,
            prefix=secret[:8],
            digest=_digest(secret),
            scopes=sorted(set(scopes)),
            token_version=owner.token_version,
            expires_at=expires_at,
        )
        security.note("token-made", user=owner, origin=origin)
    return Made(row, secret)


def _refuse_bad_life(expires_at: datetime) -> None:
    left = expires_at - timezone.now()
    if not timedelta(0) < left <= LONGEST:
        raise _refused("/expires_at", "range", _("A token lives for a year at most."))


def _refused(pointer: str, code: str, detail: str) -> InvalidInput:
    return InvalidInput(errors=[{"pointer": pointer, "code": code, "detail": detail}])


def _digest(secret: str) -> str:
    """The secret has 256 bits: a slow hash would add nothing."""
    return hashlib.sha256(secret.encode()).hexdigest()


def living(user: User) -> QuerySet[PersonalToken]:
    return (
        PersonalToken.objects.visible_to(user)
        .filter(revoked_at=None, expires_at__gt=Now(), token_version=user.token_version)
        .order_by("-created_at")
    )


def revoke(*, user: User, token_id: UUID, origin: Origin) -> None:
    with transaction.atomic():
        own = PersonalToken.objects.visible_to(user).filter(pk=token_id, revoked_at=None)
        if not own.update(revoked_at=Now()):
            raise NotFound
        security.note("token-revoked", user=user, origin=origin, mailed=False)


def user_of(secret: str) -> tuple[User, TokenClaims]:
    """Who holds this token, or `TokenInvalid`; looked up in one query, at every call."""
    row = (
        PersonalToken.objects.select_related("user__tutor_profile")
        .filter(
            digest=_digest(secret),
            revoked_at=None,
            expires_at__gt=Now(),
            user__is_active=True,
            token_version=F("user__token_version"),
        )
        .first()
    )
    if row is None:
        raise TokenInvalid
    _mark_used(row)
    row.user.is_limited = True
    return row.user, TokenClaims(row.pk, frozenset(row.scopes))


def _mark_used(row: PersonalToken) -> None:
    """Once a minute is often enough to know it is in use."""
    if row.last_used_at is None or timezone.now() - row.last_used_at > _SEEN_EVERY:
        stale = Q(last_used_at=None) | Q(last_used_at__lt=Now() - _SEEN_EVERY)
        PersonalToken.objects.filter(stale, pk=row.pk).update(last_used_at=Now())
