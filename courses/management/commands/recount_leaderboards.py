"""Compares every place on the boards with the ledger."""

from django.utils import timezone

from courses.management.recounting import RecountCommand
from courses.services import boards


class Command(RecountCommand):
    help = "Compares every place on the boards with the ledger."

    def recount(self, *, dry_run: bool) -> int:
        return boards.recount(now=timezone.now(), dry_run=dry_run)
