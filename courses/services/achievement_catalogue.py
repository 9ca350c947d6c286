"""The achievements a site begins with, from a file."""

from pathlib import Path
from typing import Any

import yaml
from django.db import transaction
from django.utils import timezone

from courses.events import AchievementActivated
from courses.models import Achievement
from tutorme.core import audit, outbox

FILE = Path(__file__).parents[1] / "achievements.yaml"


def rows() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    return found


def load() -> int:
    """Adds what is missing, active; leaves alone what is there, whatever became of it. Who has
    reached one already gets it by a job."""
    return sum(_add(row, position) for position, row in enumerate(rows(), start=1))


def _add(facts: dict[str, Any], position: int) -> bool:
    now = timezone.now()
    with transaction.atomic():
        row, is_new = Achievement.objects.get_or_create(
            slug=facts["slug"],
            defaults={
                **facts,
                "position": position,
                "state": Achievement.State.ACTIVE,
                "activated_at": now,
            },
        )
        if is_new:
            outbox.record(AchievementActivated(row.pk, None, now))
            audit.record("achievement.created", target=row, after={"criteria": row.criteria})
    return is_new
