"""Accounts are made and ended here, and nowhere else."""

import secrets
from dataclasses import dataclass
from uuid import UUID

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import names
from accounts.errors import UsernameTaken
from accounts.events import UserRegistered
from accounts.models import TutorProfile, User
from accounts.services import codes
from accounts.services.naming import checked_display_name, checked_username, refuse_held
from tutorme.core import audit, outbox
from tutorme.core.errors import InvalidInput
from tutorme.core.transactions import constraints, violated_constraint

_USERNAME_CONSTRAINTS = ("accounts_user_username_key", "accounts_user_username_skeleton_key")


@dataclass(frozen=True)
class Registration:
    """`user` is None when the address has an account already."""

    user: User | None


def register(
    *,
    email: str,
    password: str,
    display_name: str,
    username: str = "",
    time_zone: str = "UTC",
    locale: str = "en",
    wants_to_teach: bool = False,
) -> Registration:
    """Makes an account of somebody whose address is vouched for (the demo, an invitation); who
    signs up goes through `registration`."""
    address = email.strip().lower()
    check_password_rules(password, email=address, display_name=display_name, username=username)
    checked_display_name(display_name)
    user = User(email=address, display_name=display_name, time_zone=time_zone, locale=locale)
    user.set_password(password)
    name(user, username)
    return Registration(user if open_account(user, wants_to_teach=wants_to_teach) else None)


def name(user: User, username: str) -> None:
    """Gives the username, or one made from the display name where none is asked for."""
    user.username = _username(username, user.display_name)
    user.username_skeleton = names.skeleton(user.username)


def open_account(user: User, *, wants_to_teach: bool = False) -> bool:
    """Keeps a new account with a proven address; False where the address has one already."""
    taken = {name: UsernameTaken(_("Choose another username.")) for name in _USERNAME_CONSTRAINTS}
    user.email_verified_at = timezone.now()
    with constraints(taken), transaction.atomic():
        if not _insert(user):
            return False
        refuse_held(user)
        if wants_to_teach:
            TutorProfile.objects.create(user=user)
        outbox.record(UserRegistered(user.pk), actor_id=user.pk)
        audit.record("user.registered", target=user, actor_id=user.pk)
    return True


def _insert(user: User) -> bool:
    """One statement decides between parallel registrations of one address."""
    try:
        with transaction.atomic():
            user.save(force_insert=True)
    except IntegrityError as violation:
        if violated_constraint(violation) != "accounts_user_email_key":
            raise
        return False
    return True


def check_password_rules(password: str, **facts: str) -> None:
    """Raises `InvalidInput` pointing at the password; facts are what it must not resemble."""
    resembling = User(
        email=facts.get("email", ""),
        display_name=facts.get("display_name", ""),
        username=facts.get("username", ""),
    )
    try:
        validate_password(password, resembling)
    except ValidationError as error:
        rows = [
            {"pointer": "/password", "code": reason.code or "invalid", "detail": text}
            for reason in error.error_list
            for text in reason.messages
        ]
        raise InvalidInput(errors=rows) from error


def _username(given: str, display_name: str) -> str:
    return checked_username(given or names.proposal(display_name, secrets.token_hex(3)))


def change_password(*, user: User, password: str) -> None:
    """Sets a new password and ends every session and token of the account."""
    check_password_rules(
        password, email=user.email, display_name=user.display_name, username=user.username
    )
    user.set_password(password)
    with transaction.atomic():
        user.save(update_fields=["password"])
        codes.void(user)
        sign_out_everywhere(user=user, because="password-changed")


def sign_out_everywhere(*, user: User, because: str, actor_id: UUID | None = None) -> None:
    """Every access token, refresh token and cookie session dies at its next use."""
    with transaction.atomic():
        User.objects.filter(pk=user.pk).update(token_version=F("token_version") + 1)
        user.refresh_from_db(fields=["token_version"])
        audit.record(
            "user.signed_out_everywhere",
            target=user,
            actor_id=actor_id or user.pk,
            after={"because": because},
        )


def set_active(*, user: User, active: bool, actor_id: UUID, reason: str) -> None:
    """Suspends or restores; a suspended account's tokens die at once."""
    with transaction.atomic():
        changed = User.objects.filter(pk=user.pk, is_active=not active).update(
            is_active=active, token_version=F("token_version") + 1
        )
        if changed:
            action = "user.restored" if active else "user.suspended"
            audit.record(action, target=user, actor_id=actor_id, reason=reason)
    user.refresh_from_db(fields=["is_active", "token_version"])
