"""Makes anew the rows by which tutors are found who are free at a time."""

from typing import Any

from django.core.management.base import CommandParser

from booking.models import FreeStart, Schedule
from booking.services import free_times
from tutorme.core.errors import NotFound
from tutorme.core.management.operating import OperatorCommand


class Command(OperatorCommand):
    help = "Rebuilds the free times of every tutor, or of one. Safe to stop and to run again."
    changes = True

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--tutor", metavar="USERNAME")

    def operate(self, options: dict[str, Any]) -> dict[str, Any]:
        rows = Schedule.objects.order_by("tutor_id")
        if options["tutor"]:
            rows = rows.filter(tutor__username=options["tutor"])
            if not rows.exists():
                raise NotFound(f"Nobody called {options['tutor']} has hours here.")
        if options["dry_run"]:
            return {"tutors": rows.count(), "times": FreeStart.objects.count(), "dry_run": True}
        done = free_times.rebuild_all(rows.values_list("tutor_id", flat=True).iterator())
        return {"tutors": done, "times": FreeStart.objects.count(), "dry_run": False}
