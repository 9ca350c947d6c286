"""What people say about themselves."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import names, uploads
from accounts.channels import USER
from accounts.errors import UsernameChangedLately, UsernameTaken
from accounts.models import HeldUsername, TutorProfile, User
from accounts.services import tutor_search
from accounts.services.naming import checked_display_name, checked_username, refuse_held
from tutorme.core import audit, channels
from tutorme.core.channels import named
from tutorme.core.files import storing
from tutorme.core.transactions import constraints

EDITABLE = ("username", "display_name", "bio", "time_zone", "locale", "avatar")
# What an edit writes: the above, and what follows from it.
_COLUMNS = (*EDITABLE, "username_skeleton", "username_changed_at", "time_zone_changed_at")
PREFERENCES = ("theme", "hour_format", "week_start")
_TAKEN = {
    "accounts_user_username_key": UsernameTaken,
    "accounts_user_username_skeleton_key": UsernameTaken,
}


def _anything(_row: User) -> None:
    pass


def update_profile(
    *, user: User, changes: dict[str, Any], check: Callable[[User], None] = _anything
) -> User:
    """Applies a subset of EDITABLE; a taken, held or look-alike username is `UsernameTaken`. An
    avatar is the id of an upload, or None. `check` sees the locked row first, so that of two
    edits of one version the second is refused."""
    assert set(changes) <= set(EDITABLE)
    with constraints(_TAKEN), transaction.atomic():
        row = User.objects.select_for_update(no_key=True).get(pk=user.pk)
        check(row)
        changed = [name for name, value in changes.items() if _value(row, name) != value]
        for name in changed:
            _SETTERS.get(name, _set)(row, name, changes[name])
        row.save(update_fields=_COLUMNS)
        if "username" in changed:
            refuse_held(row)
        if "display_name" in changed and TutorProfile.objects.filter(pk=row.pk).exists():
            tutor_search.index(row.pk)
        if changed:
            # The names of fields alone: what they hold is the person's, and this record is kept.
            audit.record("profile.updated", target=row, actor_id=user.pk, after={"fields": changed})
            channels.publish(named(USER, row.pk), "user-updated", {"user_id": row.pk})
    return row  # type: ignore[no-any-return]


def _value(row: User, name: str) -> Any:
    return row.avatar_id if name == "avatar" else getattr(row, name)


def _set(row: User, name: str, value: Any) -> None:
    setattr(row, name, value)


def _set_display_name(row: User, _name: str, value: str) -> None:
    row.display_name = checked_display_name(value)


def _set_username(row: User, _name: str, value: str) -> None:
    looks = names.skeleton(checked_username(value))
    if looks != row.username_skeleton:
        _refuse_haste(row)
        _hold(row)
        row.username_changed_at = timezone.now()
    row.username, row.username_skeleton = value, looks


def _refuse_haste(row: User) -> None:
    if row.username_changed_at is None:
        return
    free_at = row.username_changed_at + settings.USERNAME_CHANGE_EVERY
    if free_at > timezone.now():
        raise UsernameChangedLately(
            _("You can change it again from %(date)s.") % {"date": free_at.date().isoformat()}
        )


def _hold(row: User) -> None:
    """The old name stays theirs for a while: nobody takes over who they were."""
    until = Now() + settings.USERNAME_HELD_FOR
    HeldUsername.objects.update_or_create(
        skeleton=row.username_skeleton, defaults={"user": row, "held_until": until}
    )


def _set_time_zone(row: User, _name: str, value: str) -> None:
    row.time_zone, row.time_zone_changed_at = value, timezone.now()


def _set_avatar(row: User, _name: str, value: UUID | None) -> None:
    old = row.avatar_id
    row.avatar = (
        storing.keep(value, owner_id=row.pk, purpose=uploads.AVATAR) if value is not None else None
    )
    if old is not None:
        row.save(update_fields=["avatar"])
        storing.discard(old)


_SETTERS: dict[str, Callable[[User, str, Any], None]] = {
    "username": _set_username,
    "display_name": _set_display_name,
    "time_zone": _set_time_zone,
    "avatar": _set_avatar,
}


def upload_avatar(*, user: User, upload: "UploadedFile[bytes]") -> User:
    """Keeps a new picture under a name that says nothing about the file it was."""
    upload.name = "portrait"
    file = storing.store(owner_id=user.pk, purpose=uploads.AVATAR, upload=upload)
    return update_profile(user=user, changes={"avatar": file.pk})


def update_preferences(*, user: User, changes: dict[str, str]) -> User:
    """How the site looks and counts for one person; a subset of PREFERENCES."""
    assert set(changes) <= set(PREFERENCES)
    if changes:
        User.objects.filter(pk=user.pk).update(**changes)
        user.refresh_from_db(fields=PREFERENCES)
    return user


def forget_held_names() -> int:
    """Frees names whose time is over."""
    deleted, _rows = HeldUsername.objects.filter(held_until__lt=Now()).delete()
    return deleted
