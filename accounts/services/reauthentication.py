"""Whether somebody showed recently that it is them: asked before dangerous changes."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from allauth.account.internal.flows.reauthentication import did_recently_reauthenticate
from django.conf import settings
from django.db.models.functions import Now
from django.http import HttpRequest

from accounts.errors import WrongSecondFactor
from accounts.models import AuthSession, User
from accounts.services import second_factor, sessions, sign_in


def is_recent(request: HttpRequest, claims: Any = None) -> bool:
    """By signing in or by showing the password, a code or a passkey again."""
    row = sessions.current_id(request, claims)
    if row is not None and _confirmed_recently(row):
        return True
    user = request.user
    # allauth answers yes for who has nothing to show again; for them only a sign-in counts.
    has_something = isinstance(user, User) and can_confirm(user)
    return claims is None and has_something and did_recently_reauthenticate(request)


def _confirmed_recently(session_id: UUID) -> bool:
    window = timedelta(seconds=settings.ACCOUNT_REAUTHENTICATION_TIMEOUT)
    return AuthSession.objects.filter(
        pk=session_id, revoked_at=None, confirmed_at__gt=Now() - window
    ).exists()


def can_confirm(user: User) -> bool:
    return user.has_usable_password() or bool(second_factor.types_of(user))


def confirm(
    request: HttpRequest, *, user: User, claims: Any, password: str = "", code: str = ""
) -> None:
    """Raises `WrongCredentials` or `WrongSecondFactor`; counted like every other try."""
    if password:
        sign_in.check_password(request, email=user.email, password=password)
    elif second_factor.match(user, code) is None:
        raise WrongSecondFactor
    row = sessions.current_id(request, claims)
    if row is not None:
        AuthSession.objects.filter(pk=row).update(confirmed_at=Now())
