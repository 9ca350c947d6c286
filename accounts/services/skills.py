"""What a person can do, and how well: each thing once."""

from typing import Any

from django.db import transaction

from accounts import names
from accounts.errors import SkillAlreadyListed, TooManySkills
from accounts.models import Skill, User
from tutorme.core.errors import NotFound
from tutorme.core.transactions import constraints

_ONCE = {"skill_once_per_user": SkillAlreadyListed}


def add(*, user: User, name: str, level: str) -> Skill:
    """Raises `SkillAlreadyListed` under any case, accents or width, `TooManySkills` past the
    limit: the user's row is locked while they are counted."""
    with constraints(_ONCE), transaction.atomic():
        User.objects.select_for_update(no_key=True).only("pk").get(pk=user.pk)
        if Skill.objects.filter(user=user).count() >= Skill.LIMIT:
            raise TooManySkills
        spelled = " ".join(name.split())
        return Skill.objects.create(
            user=user, name=spelled, name_key=names.plain(spelled), level=level
        )


def change(*, skill: Skill, changes: dict[str, Any]) -> Skill:
    """Another level, or another way to write it."""
    columns = dict(changes)
    if "name" in columns:
        columns["name"] = " ".join(columns["name"].split())
        columns["name_key"] = names.plain(columns["name"])
    with constraints(_ONCE), transaction.atomic():
        if columns and not Skill.objects.filter(pk=skill.pk).update(**columns):
            raise NotFound
    skill.refresh_from_db()
    return skill


def remove(*, skill: Skill) -> None:
    Skill.objects.filter(pk=skill.pk).delete()
