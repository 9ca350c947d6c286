"""Leaving by one press in the mail program, without signing in (RFC 8058)."""

from dataclasses import dataclass
from uuid import UUID

from django.conf import settings
from django.core import signing
from django.urls import reverse

from accounts.models import User
from realtime.errors import KindNotChoosable, UnsubscribeInvalid
from realtime.services import preferences

_SALT = "realtime.unsubscribe"


@dataclass(frozen=True)
class Wanted:
    user: User
    kind: str


def link(user_id: UUID, kind: str) -> str:
    """It never ends: a mail may be read years later, and leaving must still work."""
    token = signing.dumps([str(user_id), kind], salt=_SALT)
    return f"{settings.PUBLIC_BASE_URL}{reverse('unsubscribe', args=[token])}"


def read(token: str) -> Wanted:
    try:
        user_id, kind = signing.loads(token, salt=_SALT)
    except (signing.BadSignature, ValueError) as error:
        raise UnsubscribeInvalid from error
    user = User.objects.filter(pk=user_id, is_active=True).first()
    if user is None:
        raise UnsubscribeInvalid
    return Wanted(user, kind)


def leave(token: str) -> Wanted:
    """No more mails of this kind. Leaving twice is leaving once."""
    wanted = read(token)
    try:
        preferences.decide(user=wanted.user, kind=wanted.kind, changes={"by_mail": False})
    except KindNotChoosable as error:
        raise UnsubscribeInvalid from error
    return wanted
