"""What a person is told about their own account."""

from accounts.models import User
from tutorme.core.access import actors_of


def card(user: User) -> dict[str, object]:
    return {
        "id": user.pk,
        "email": user.email,
        "username": user.username,
        "display_name": user.display_name,
        "time_zone": user.time_zone,
        "locale": user.locale,
        "roles": roles_of(user),
    }


def roles_of(user: User) -> list[str]:
    return sorted(actors_of(user))
