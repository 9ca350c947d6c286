"""What people say about themselves."""

from typing import Any

from django.db import transaction

from accounts import names
from accounts.errors import UsernameTaken
from accounts.models import User
from accounts.services.users import checked_username
from tutorme.core import audit
from tutorme.core.transactions import constraints

EDITABLE = ("username", "display_name", "bio", "time_zone", "locale")


def update_profile(*, user: User, changes: dict[str, Any]) -> User:
    """Applies a subset of EDITABLE; a taken or look-alike username is `UsernameTaken`."""
    assert set(changes) <= set(EDITABLE)
    row: User = User.objects.get(pk=user.pk)
    before = {name: getattr(row, name) for name in changes}
    for name, value in changes.items():
        setattr(row, name, value)
    columns = list(changes)
    if "username" in changes:
        row.username = checked_username(changes["username"])
        row.username_skeleton = names.skeleton(row.username)
        columns.append("username_skeleton")
    taken = {
        "accounts_user_username_key": UsernameTaken,
        "accounts_user_username_skeleton_key": UsernameTaken,
    }
    with constraints(taken), transaction.atomic():
        row.save(update_fields=columns)
        audit.record(
            "profile.updated", target=row, actor_id=user.pk, before=before, after=dict(changes)
        )
    return row
