"""Looks for achievements that were reached and not given."""

from courses.management.recounting import RecountCommand
from courses.services import achievements


class Command(RecountCommand):
    help = "Looks for achievements that were reached and not given."

    def recount(self, *, dry_run: bool) -> int:
        return achievements.recount(dry_run=dry_run)
