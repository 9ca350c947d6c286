"""allauth, fitted to our accounts."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest

from accounts.models import User


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    def save_user(
        self, request: HttpRequest, user: User, form: Any, commit: bool = True  # noqa: FBT001  (allauth's signature)
    ) -> User:
        """The sign-up form has created the account through our service already."""
        return user
