"""allauth, fitted to our accounts and our limits."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest

from accounts.models import User
from accounts.services import sign_in


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    def authenticate(self, request: HttpRequest, **credentials: Any) -> User | None:
        """Every password check of the site; raises a form error past the limits."""
        email = str(credentials.get("email") or credentials.get("username") or "")
        if not sign_in.reserve_try(request, email):
            raise self.validation_error("too_many_login_attempts")
        user: User | None = super().authenticate(request, **credentials)
        if user is not None:
            sign_in.forgive_tries(email)
        return user

    def is_safe_url(self, url: str | None) -> bool:
        """Only paths of this site; a backslash or control character is how others sneak in."""
        if not url or "\\" in url or any(ord(char) < 33 for char in url):
            return False
        return bool(super().is_safe_url(url))
