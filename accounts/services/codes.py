"""Codes by mail: asked for, typed, used once.

A code is eight consonants (2.5 × 10¹⁰ of them), good for 15 minutes and five tries. Whoever asks
is counted by the address asked for and by where the request comes from, known or not.
"""

import hashlib
import hmac
from datetime import timedelta
from uuid import UUID

from django.conf import settings
from django.db.models import F
from django.db.models.functions import Now

from accounts.errors import CodeInvalid, TooManyCodes
from accounts.events import CodeRequested
from accounts.models import MailedCode, User
from tutorme.core import outbox
from tutorme.core.limits import Limit, hit

LIFETIME = timedelta(minutes=15)
TRIES = 5
# One that an admin has sent is found in the letter box when its owner looks there.
OFFERED = timedelta(days=1)
KEPT = timedelta(days=1)
# One asker cannot use up what an address may ask for: the owner still gets a code.
PER_ASKER = Limit("mailed-code-asker", 5, 3600)
PER_EMAIL = Limit("mailed-code-email", 20, 3600)
PER_SOURCE = Limit("mailed-code-source", 60, 3600)
# RFC 8628 §6.1: no vowels, so no words; nothing that looks like something else.
_LETTERS = "BCDFGHJKLMNPQRSTVWXZ"
_LENGTH = 8


def mint(
    *, purpose: MailedCode.Purpose, email: str, user: User | None, offered: bool = False
) -> MailedCode:
    """The caller holds the transaction. Whether a mail follows is decided where mails are."""
    lives = OFFERED if offered else LIFETIME
    code = MailedCode(purpose=purpose, email=email, user=user, expires_at=Now() + lives)
    code.save(force_insert=True)
    code.refresh_from_db(fields=["expires_at"])
    outbox.record(CodeRequested(code.pk, offered))
    return code


def count_request(*, email: str, source: str) -> None:
    """Before any work: raises `TooManyCodes` whether or not the address is known."""
    for limit, key in (
        (PER_SOURCE, source),
        (PER_ASKER, f"{email}|{source}"),
        (PER_EMAIL, email),
    ):
        verdict = hit(limit, key)
        if not verdict.allowed:
            raise TooManyCodes(retry_after=verdict.retry_after_s)


def text_of(code_id: UUID) -> str:
    """The code as it is mailed, `XXXX-XXXX`. Derived, so that no table, log or queue holds it."""
    key = f"mailed-code:{settings.SECRET_KEY}".encode()
    number = int.from_bytes(hmac.new(key, code_id.bytes, hashlib.sha256).digest(), "big")
    letters = ""
    for _ in range(_LENGTH):
        number, place = divmod(number, len(_LETTERS))
        letters += _LETTERS[place]
    return f"{letters[:4]}-{letters[4:]}"


def check(code_id: UUID, given: str, *, purpose: MailedCode.Purpose) -> MailedCode:
    """The row of a code that was typed rightly, or `CodeInvalid`. The try counts either way, and
    before the code is looked at: of parallel guesses at most TRIES are compared."""
    living = MailedCode.objects.filter(
        pk=code_id, purpose=purpose, used_at=None, expires_at__gt=Now(), tries__lt=TRIES
    )
    counted = living.update(tries=F("tries") + 1)
    if not counted or not hmac.compare_digest(_bare(text_of(code_id)), _bare(given)):
        raise CodeInvalid
    return MailedCode.objects.select_related("user").get(pk=code_id)


def spend(code: MailedCode) -> None:
    """In the transaction of what the code allows: of parallel callers one gets past here."""
    if not MailedCode.objects.filter(pk=code.pk, used_at=None).update(used_at=Now()):
        raise CodeInvalid


def void(user: User) -> None:
    """Codes that were asked for before a password or an address changed open nothing after it."""
    MailedCode.objects.filter(user=user, used_at=None).update(used_at=Now())


def _bare(text: str) -> bytes:
    """Spaces, dashes and case are the reader's, not the code's."""
    return "".join(char for char in text.upper() if char.isalnum())[:64].encode()


def purge(*, limit: int = 10_000) -> int:
    """Removes codes nobody can use any more, and the registrations that hung on them."""
    old = MailedCode.objects.filter(expires_at__lt=Now() - KEPT).order_by("expires_at")
    ids = list(old.values_list("pk", flat=True)[:limit])
    MailedCode.objects.filter(pk__in=ids).delete()
    return len(ids)
