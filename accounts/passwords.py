"""Password rules beyond Django's own."""

from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

MAX_LENGTH = 128
_SITE_WORDS = ("tutorme", "tutor-me", "password", "passwort")


class MaximumLengthValidator:
    """Hashing a megabyte is work an attacker should not be able to order."""

    def validate(self, password: str, user: Any = None) -> None:
        if len(password) > MAX_LENGTH:
            raise ValidationError(
                _("A password has at most %(n)d characters."),
                "password_too_long",
                {"n": MAX_LENGTH},
            )

    def get_help_text(self) -> str:
        return _("At most %(n)d characters.") % {"n": MAX_LENGTH}


class SiteWordsValidator:
    """Words every guesser tries on this site first."""

    def validate(self, password: str, user: Any = None) -> None:
        rest = password.lower()
        for word in _SITE_WORDS:
            rest = rest.replace(word, "")
        if len(rest) < len(password) and len(rest) < 8:
            raise ValidationError(_("Leave the name of this site out of it."), "password_site_word")

    def get_help_text(self) -> str:
        return _("Not the name of this site with a few digits.")
