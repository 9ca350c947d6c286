"""Password check by e-mail address. Reached only through allauth's adapter and its limits."""

from typing import Any

from django.contrib.auth.backends import ModelBackend
from django.http import HttpRequest

from accounts.models import User


class EmailBackend(ModelBackend):
    def authenticate(
        self,
        request: HttpRequest | None,
        username: str | None = None,
        password: str | None = None,
        email: str | None = None,
        **_: Any,
    ) -> User | None:
        """Takes the same time whether or not the address is known."""
        given = (email or username or "").strip().lower()
        if not given or password is None:
            return None
        user = User.objects.filter(email=given).first()
        if user is None:
            User().set_password(password)
            return None
        matches = user.check_password(password)
        return user if matches and self.user_can_authenticate(user) else None

    def get_user(self, user_id: Any) -> User | None:
        user = User.objects.select_related("tutor_profile").filter(pk=user_id).first()
        return user if user and self.user_can_authenticate(user) else None
