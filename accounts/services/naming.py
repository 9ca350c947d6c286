"""Which names can be had."""

from django.db.models.functions import Now
from django.utils.translation import gettext as _

from accounts import names
from accounts.errors import UsernameTaken
from accounts.models import HeldUsername, User
from tutorme.core.errors import InvalidInput


def checked_username(chosen: str) -> str:
    if not names.FORM.fullmatch(chosen) or names.is_reserved(chosen):
        detail = _(
            "Use 3 to 30 letters, digits, dots, dashes or underscores, and not a reserved word."
        )
        raise InvalidInput(errors=[{"pointer": "/username", "code": "form", "detail": detail}])
    return chosen


def checked_display_name(value: str) -> str:
    """Refuses a name that passes itself off as the site, in whatever letters."""
    if names.is_reserved(value):
        detail = _("This name belongs to the site.")
        raise InvalidInput(errors=[{"pointer": "/display_name", "code": "form", "detail": detail}])
    return value


def refuse_held(user: User) -> None:
    """To be asked after the name was written: who waited for a renaming to commit would have
    looked too early before."""
    held = HeldUsername.objects.filter(skeleton=user.username_skeleton, held_until__gt=Now())
    if held.exclude(user=user).exists():
        raise UsernameTaken
