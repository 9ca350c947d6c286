"""Signing up: said first, an account once the address is proven.

Nothing that is answered before the code tells whether the address has an account: a known one gets
the same answer in the same time, and its owner a mail that says so.
"""

from uuid import UUID

from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.db.models.functions import Now

from accounts import names
from accounts.errors import AlreadyRegistered, CodeInvalid, UsernameTaken
from accounts.events import RegistrationRepeated
from accounts.models import HeldUsername, MailedCode, PendingRegistration, User
from accounts.services import codes, users
from accounts.services.naming import checked_display_name, checked_username
from tutorme.core import outbox

_PURPOSE = MailedCode.Purpose.REGISTER


def begin(
    *,
    email: str,
    password: str | None,
    display_name: str,
    source: str,
    username: str = "",
    time_zone: str = "UTC",
    locale: str = "en",
    wants_to_teach: bool = False,
) -> MailedCode:
    """Asks for the code that makes the account. Usernames are public, so a taken one is said.
    Without a password the account is entered through the service it is connected to."""
    address = email.strip().lower()
    if password is not None:
        users.check_password_rules(
            password, email=address, display_name=display_name, username=username
        )
    checked_display_name(display_name)
    if username:
        _refuse_taken(checked_username(username))
    codes.count_request(email=address, source=source)
    # Hashed before the look-up, so that a known address takes as long as a new one.
    said = PendingRegistration(
        password=make_password(password),
        display_name=display_name,
        username=username,
        time_zone=time_zone,
        locale=locale,
        wants_to_teach=wants_to_teach,
    )
    with transaction.atomic():
        return _ask(said, address)


def _refuse_taken(username: str) -> None:
    if not _is_free(username):
        raise UsernameTaken


def _is_free(username: str) -> bool:
    """Nobody's, and held for nobody who gave it up lately."""
    looks_like = names.skeleton(username)
    held = HeldUsername.objects.filter(skeleton=looks_like, held_until__gt=Now())
    return not (User.objects.filter(username_skeleton=looks_like).exists() or held.exists())


def _ask(said: PendingRegistration | None, address: str) -> MailedCode:
    owner = User.objects.filter(email=address).only("pk").first()
    code = codes.mint(purpose=_PURPOSE, email=address, user=None)
    if owner is not None:
        outbox.record(RegistrationRepeated(owner.pk))
    elif said is not None:
        said.code = code
        said.save(force_insert=True)
    return code


def ask_again(*, code_id: UUID, source: str) -> MailedCode:
    """Another code for the same sign-up; the old one stops working."""
    old = MailedCode.objects.filter(pk=code_id, purpose=_PURPOSE, used_at=None).first()
    if old is None:
        raise CodeInvalid
    codes.count_request(email=old.email, source=source)
    said = PendingRegistration.objects.filter(code=old).first()
    with transaction.atomic():
        codes.spend(old)
        return _ask(said, old.email)


def confirm(*, code_id: UUID, code: str) -> User:
    """The account, whose address is proven; exactly one of parallel callers makes it."""
    typed = codes.check(code_id, code, purpose=_PURPOSE)
    with transaction.atomic():
        codes.spend(typed)
        said = PendingRegistration.objects.filter(code=typed).first()
        if said is None:
            raise CodeInvalid
        user = _account(said, typed.email)
        if not users.open_account(user, wants_to_teach=said.wants_to_teach):
            raise AlreadyRegistered
        said.delete()
    return user


def _account(said: PendingRegistration, address: str) -> User:
    """A username that went to somebody else meanwhile is replaced by a made-up one."""
    free = said.username and _is_free(said.username)
    user = User(
        email=address,
        password=said.password,
        display_name=said.display_name,
        time_zone=said.time_zone,
        locale=said.locale,
    )
    users.name(user, said.username if free else "")
    return user
