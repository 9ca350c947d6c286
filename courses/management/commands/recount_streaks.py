"""Counts everybody's days in a row again."""

from courses.management.recounting import RecountCommand
from courses.services import streaks


class Command(RecountCommand):
    help = "Counts everybody's days in a row again."

    def recount(self, *, dry_run: bool) -> int:
        return streaks.recount(dry_run=dry_run)
