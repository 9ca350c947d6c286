"""Password check by e-mail address. Reached only through allauth's adapter and its limits."""

from typing import Any
from uuid import UUID

from django.contrib.auth.backends import ModelBackend
from django.http import HttpRequest

from accounts import desks
from accounts.models import User
from tutorme.core.prepared import first, prepared


@prepared
def _person(user_id: UUID) -> Any:
    return User.objects.select_related("tutor_profile").filter(pk=user_id)[:1]


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
        user: User | None = first(_person(user_id))
        return user if user and self.user_can_authenticate(user) else None

    def get_group_permissions(self, user_obj: Any, obj: Any = None) -> set[str]:
        """What the groups name, and what the desks of those names may: of that, the code is the
        truth."""
        found: set[str] = super().get_group_permissions(user_obj, obj)
        if obj is not None or not isinstance(user_obj, User) or not user_obj.is_active:
            return found
        if user_obj.is_superuser:
            return found
        kept = getattr(user_obj, "_desk_permissions", None)
        if kept is None:
            names = user_obj.groups.values_list("name", flat=True)
            kept = desks.permissions(names) if user_obj.is_staff else set()
            user_obj._desk_permissions = kept  # type: ignore[attr-defined]  # as Django keeps its own
        return found | kept
