"""Compares everybody's points with the sum of the ledger."""

from courses.management.recounting import RecountCommand
from courses.services import points


class Command(RecountCommand):
    help = "Compares everybody's points with the sum of the ledger."

    def recount(self, *, dry_run: bool) -> int:
        return points.recount(dry_run=dry_run)
