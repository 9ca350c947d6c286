"""Makes anew the rows by which tutors are found who are free at a time."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from booking.models import FreeStart, Schedule
from booking.services import free_times


class Command(BaseCommand):
    help = "Rebuilds the free times of every tutor, or of one. Safe to stop and to run again."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--tutor", metavar="USERNAME")

    def handle(self, *_args: Any, **options: Any) -> None:
        rows = Schedule.objects.order_by("tutor_id")
        if options["tutor"]:
            rows = rows.filter(tutor__username=options["tutor"])
        done = free_times.rebuild_all(rows.values_list("tutor_id", flat=True).iterator())
        self.stdout.write(f"{done} tutors, {FreeStart.objects.count()} times.")
