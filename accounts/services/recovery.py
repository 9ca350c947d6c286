"""A forgotten password: a code to the address, then a new one. Known and unknown look the same."""

from uuid import UUID

from django.db import transaction

from accounts.errors import CodeInvalid
from accounts.models import MailedCode, User
from accounts.origin import Origin
from accounts.services import codes, security, sign_in, users

_PURPOSE = MailedCode.Purpose.RESET


def begin(*, email: str, source: str) -> MailedCode:
    address = sign_in.canonical(email)
    codes.count_request(email=address, source=source)
    user = User.objects.filter(email=address, is_active=True).first()
    with transaction.atomic():
        return codes.mint(purpose=_PURPOSE, email=address, user=user)


def finish(*, code_id: UUID, code: str, password: str, origin: Origin) -> User:
    """Sets the password and ends every sign-in. A code asked for before the address or the
    password last changed is worth nothing: changing them spends it."""
    typed = codes.check(code_id, code, purpose=_PURPOSE)
    user = typed.user
    if user is None or not user.is_active or user.email != typed.email:
        raise CodeInvalid
    users.check_password_rules(
        password, email=user.email, display_name=user.display_name, username=user.username
    )
    with transaction.atomic():
        codes.spend(typed)
        users.change_password(user=user, password=password)
        security.note("password-reset", user=user, origin=origin)
    sign_in.forgive_everybody(user.email)
    return user
