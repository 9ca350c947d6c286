"""Changing one's own password: the old one is shown first, at the one door."""

from django.db import transaction
from django.http import HttpRequest

from accounts.models import User
from accounts.origin import Origin
from accounts.services import security, sign_in, users


def change(request: HttpRequest, *, user: User, current: str, new: str, origin: Origin) -> None:
    """Ends every sign-in; the caller keeps its own. Who never had a password sets the first."""
    had_one = user.has_usable_password()
    if had_one:
        sign_in.check_password(request, email=user.email, password=current)
    with transaction.atomic():
        users.change_password(user=user, password=new)
        change = "password-changed" if had_one else "password-set"
        security.note(change, user=user, origin=origin)
