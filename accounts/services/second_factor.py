"""The second factor: an authenticator app, recovery codes, passkeys.

allauth keeps the authenticators; whether a typed code counts is decided here, for pages, API and
headless alike. A try is reserved before the code is looked at.
"""

import hmac
import time
from dataclasses import dataclass
from uuid import UUID

from allauth.mfa import app_settings
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from allauth.mfa.utils import decrypt
from django.core import signing
from django.db import transaction

from accounts import security_log
from accounts.errors import TicketInvalid, TooManySignInAttempts
from accounts.models import User
from tutorme.core.limits import Limit, forget, hit

PER_USER = Limit("second-factor", 5, 300)
TICKET_LIFE_S = 300
_SALT = "accounts.second-factor"
_Type = Authenticator.Type
# A phone's clock may be one step off; a step that was used, or an older one, never counts again.
_STEPS = (0, -1, 1)


@dataclass(frozen=True)
class Ticket:
    """The password was right; who it belongs to, and when it stops to count."""

    user: User
    method: str


def types_of(user: User) -> list[str]:
    """What can finish a sign-in of this account; empty where the password is enough."""
    kinds = set(Authenticator.objects.filter(user=user).values_list("type", flat=True))
    return sorted(kinds) if kinds & {_Type.TOTP, _Type.WEBAUTHN} else []


def match(user: User, code: str) -> Authenticator | None:
    """The authenticator this code belongs to. A right code is used up by being right."""
    verdict = hit(PER_USER, str(user.pk))
    if not verdict.allowed:
        security_log.sign_in_failed(by="too-many-tries", user=user)
        raise TooManySignInAttempts(retry_after=verdict.retry_after_s)
    found = _match_app(user, code) or _match_recovery(user, code)
    if found is None:
        security_log.sign_in_failed(by="second-factor", user=user)
    else:
        forget(PER_USER, str(user.pk))
    return found


def _match_app(user: User, code: str) -> Authenticator | None:
    """Under the row's lock: of parallel callers with one code, one gets in."""
    with transaction.atomic():
        row: Authenticator | None = (
            Authenticator.objects.select_for_update().filter(user=user, type=_Type.TOTP).first()
        )
        if row is None:
            return None
        step = _step_of(decrypt(row.data["secret"]), code)
        if step is None or step <= row.data.get("last_step", 0):
            return None
        row.data["last_step"] = step
        row.save(update_fields=["data"])
    return row


def _step_of(secret: str, code: str) -> int | None:
    digits = bare(code).encode()
    now = int(time.time()) // int(app_settings.TOTP_PERIOD)
    steps: list[int] = [now + offset for offset in _STEPS]
    for step in steps:
        shown: str = format_hotp_value(hotp_value(secret, step))
        if hmac.compare_digest(shown.encode(), digits):
            return step
    return None


def count_as_used(user: User) -> None:
    """The code that proved a new app was shown here: it opens nothing afterwards."""
    with transaction.atomic():
        row = Authenticator.objects.select_for_update().get(user=user, type=_Type.TOTP)
        row.data["last_step"] = int(time.time()) // int(app_settings.TOTP_PERIOD)
        row.save(update_fields=["data"])


def _match_recovery(user: User, code: str) -> Authenticator | None:
    row: Authenticator | None = Authenticator.objects.filter(
        user=user, type=_Type.RECOVERY_CODES
    ).first()
    # Takes the row's lock itself.
    return row if row is not None and row.wrap().validate_code(bare(code)) else None


def bare(code: str) -> str:
    """Codes may be pasted with the spaces and dashes they are shown with."""
    return "".join(char for char in code[:64] if char.isalnum())


def ticket_for(user: User, *, method: str) -> str:
    """What an app shows for having given the right password; good for five minutes."""
    return signing.dumps([str(user.pk), user.token_version, method], salt=_SALT)


def read_ticket(ticket: str) -> Ticket:
    try:
        user_id, version, method = signing.loads(ticket, salt=_SALT, max_age=TICKET_LIFE_S)
    except signing.BadSignature as error:
        raise TicketInvalid from error
    living = User.objects.filter(pk=UUID(user_id), is_active=True, token_version=version)
    user = living.select_related("tutor_profile").first()
    if user is None:
        raise TicketInvalid
    return Ticket(user, method)
