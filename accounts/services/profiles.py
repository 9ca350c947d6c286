"""What people say about themselves."""

from collections.abc import Callable
from typing import Any

from django.db import transaction

from accounts import names
from accounts.errors import UsernameTaken
from accounts.models import User
from accounts.services.users import checked_username
from tutorme.core import audit
from tutorme.core.transactions import constraints

EDITABLE = ("username", "display_name", "bio", "time_zone", "locale")


def _anything(_row: User) -> None:
    pass


def update_profile(
    *, user: User, changes: dict[str, Any], check: Callable[[User], None] = _anything
) -> User:
    """Applies a subset of EDITABLE; a taken or look-alike username is `UsernameTaken`. `check`
    sees the locked row first, so that of two edits of one version the second is refused."""
    assert set(changes) <= set(EDITABLE)
    taken = {
        "accounts_user_username_key": UsernameTaken,
        "accounts_user_username_skeleton_key": UsernameTaken,
    }
    with constraints(taken), transaction.atomic():
        row = User.objects.select_for_update(no_key=True).get(pk=user.pk)
        check(row)
        before = {name: getattr(row, name) for name in changes}
        _apply(row, changes)
        audit.record(
            "profile.updated", target=row, actor_id=user.pk, before=before, after=dict(changes)
        )
    return row  # type: ignore[no-any-return]


def _apply(row: User, changes: dict[str, Any]) -> None:
    columns = list(changes)
    for name, value in changes.items():
        setattr(row, name, value)
    if "username" in changes:
        row.username = checked_username(changes["username"])
        row.username_skeleton = names.skeleton(row.username)
        columns.append("username_skeleton")
    row.save(update_fields=columns)
