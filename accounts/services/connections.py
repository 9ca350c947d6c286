"""Accounts entered through another site: who may come in by it, and joining it to an account."""

from dataclasses import dataclass
from enum import Enum

from allauth.socialaccount.models import SocialAccount
from django.db import transaction

from accounts.errors import (
    AccountExists,
    AddressUnproven,
    ConnectedElsewhere,
    LastWayIn,
)
from accounts.models import User
from accounts.origin import Origin
from accounts.services import security, users
from tutorme.core.errors import NotFound


@dataclass(frozen=True)
class Person:
    """What a service says about somebody. `verified`: it vouches for the address."""

    name: str
    email: str
    verified: bool


class Known(Enum):
    NEW = "new"
    TAKEN = "taken"
    UNPROVEN = "unproven"


def standing(person: Person) -> Known:
    """What a newcomer from a service is to us. That an address is taken is told only where the
    service vouches that it is theirs."""
    if not person.email or not person.verified:
        return Known.UNPROVEN
    return Known.TAKEN if User.objects.filter(email=person.email).exists() else Known.NEW


def open_account(person: Person) -> User:
    """An account without a password; its address is the service's word."""
    user = User(email=person.email, display_name=person.name or person.email.partition("@")[0])
    user.set_unusable_password()
    users.name(user, "")
    if not users.open_account(user):
        raise AccountExists
    return user


def enter(*, provider: str, uid: str, person: Person) -> User:
    """The account this identity belongs to, made where it is new and vouched for. An address alone
    never opens an account that exists."""
    found = _owner(provider, uid)
    if found is not None:
        return found
    match standing(person):
        case Known.TAKEN:
            raise AccountExists
        case Known.UNPROVEN:
            raise AddressUnproven
    with transaction.atomic():
        user = open_account(person)
        SocialAccount.objects.create(user=user, provider=provider, uid=uid)
    return user


def _owner(provider: str, uid: str) -> User | None:
    row = SocialAccount.objects.filter(provider=provider, uid=uid).select_related("user").first()
    return row.user if row else None


def connect(*, user: User, provider: str, uid: str, origin: Origin) -> SocialAccount:
    """Joins an identity to the account; joining it again changes nothing."""
    with transaction.atomic():
        row, made = SocialAccount.objects.get_or_create(
            provider=provider, uid=uid, defaults={"user": user}
        )
        if row.user_id != user.pk:
            raise ConnectedElsewhere
        if made:
            security.note("connected", user=user, origin=origin)
    return row


def disconnect(*, user: User, connection_id: int, origin: Origin) -> None:
    """The last one stays as long as there is no password to come in by."""
    with transaction.atomic():
        locked: User = User.objects.select_for_update(no_key=True).get(pk=user.pk)
        own = SocialAccount.objects.filter(user=locked)
        row = own.filter(pk=connection_id).first()
        if row is None:
            raise NotFound
        if not locked.has_usable_password() and own.count() == 1:
            raise LastWayIn
        row.delete()
        security.note("disconnected", user=user, origin=origin)
