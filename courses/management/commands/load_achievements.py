"""Gives a site the achievements it begins with."""

from typing import Any

from django.db import transaction

from courses.services import achievement_catalogue
from tutorme.core.management.operating import OperatorCommand


class Command(OperatorCommand):
    help = "Adds the achievements of courses/achievements.yaml that are missing, active."
    changes = True

    def operate(self, options: dict[str, Any]) -> dict[str, Any]:
        with transaction.atomic():
            added = achievement_catalogue.load()
            transaction.set_rollback(options["dry_run"])
        return {"added": added, "dry_run": options["dry_run"]}
