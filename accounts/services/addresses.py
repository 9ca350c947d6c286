"""Moving an account to another e-mail address: proven first, and told to the old one."""

from uuid import UUID

from django.db import transaction
from django.db.models.functions import Now

from accounts.errors import AddressNotMoved, CodeInvalid
from accounts.models import MailedCode, User
from accounts.origin import Origin
from accounts.services import codes, security, sign_in, users
from tutorme.core.transactions import constraints

_PURPOSE = MailedCode.Purpose.CHANGE_EMAIL


def begin(*, user: User, email: str, source: str) -> MailedCode:
    """Nobody learns here whether the new address has an account: its owner gets no code."""
    address = sign_in.canonical(email)
    codes.count_request(email=address, source=source)
    with transaction.atomic():
        return codes.mint(purpose=_PURPOSE, email=address, user=user)


def finish(*, user: User, code_id: UUID, code: str, origin: Origin) -> User:
    """Moves the account; every other sign-in ends."""
    typed = codes.check(code_id, code, purpose=_PURPOSE)
    if typed.user_id != user.pk:
        raise CodeInvalid
    with constraints({"accounts_user_email_key": AddressNotMoved}), transaction.atomic():
        codes.spend(typed)
        row: User = User.objects.select_for_update(no_key=True).get(pk=user.pk)
        old, row.email = row.email, typed.email
        row.save(update_fields=["email"])
        User.objects.filter(pk=row.pk).update(email_verified_at=Now())
        codes.void(row)
        users.sign_out_everywhere(user=row, because="email-changed")
        security.note("email-changed", user=row, origin=origin, old_email=old)
    user.refresh_from_db()
    return user
