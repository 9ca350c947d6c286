"""A forgotten password: a code to the address, then a new one. Known and unknown look the same."""

from uuid import UUID

from django.db import transaction
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from accounts.errors import CodeInvalid
from accounts.models import MailedCode, User
from accounts.origin import Origin
from accounts.services import codes, security, sign_in, users
from tutorme.core import audit
from tutorme.core.errors import NotAllowed

_PURPOSE = MailedCode.Purpose.RESET


def begin(*, email: str, source: str) -> MailedCode:
    address = sign_in.canonical(email)
    codes.count_request(email=address, source=source)
    user = User.objects.filter(email=address, is_active=True).first()
    with transaction.atomic():
        return codes.mint(purpose=_PURPOSE, email=address, user=user)


def offer(*, user: User, actor_id: UUID, reason: str) -> MailedCode:
    """An admin has a way back in sent to the account's own address, and to no other; they learn
    no code. Counted with the codes the address asks for itself."""
    codes.count_request(email=user.email, source=f"admin:{actor_id}")
    with transaction.atomic():
        row = User.objects.select_for_update(no_key=True).get(pk=user.pk)
        if not row.is_active:
            raise NotAllowed(_("This account is suspended: restore it first."))
        audit.record("user.reset_sent", target=row, actor_id=actor_id, reason=reason)
        return codes.mint(purpose=_PURPOSE, email=row.email, user=row, offered=True)


def find_offered(code_id: UUID) -> MailedCode:
    """A code that can still be typed, for the browser its mail was opened in; or `CodeInvalid`.
    Whether it was typed rightly is asked afterwards, as of any other."""
    living = MailedCode.objects.filter(
        pk=code_id, purpose=_PURPOSE, used_at=None, expires_at__gt=Now()
    )
    code = living.exclude(user=None).first()
    if code is None:
        raise CodeInvalid
    return code


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
