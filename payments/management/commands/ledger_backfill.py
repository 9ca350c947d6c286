"""Posts what was paid before there were books. Safe to run again."""

from typing import Any

from django.db import transaction

from payments.services import catching_up
from tutorme.core.management.operating import OperatorCommand


class Command(OperatorCommand):
    help = "Posts what is not in the ledger yet, and asks for papers that are missing."
    changes = True

    def operate(self, options: dict[str, Any]) -> dict[str, Any]:
        """A dry run does the work and takes it back."""
        if not options["dry_run"]:
            return self._done(dry_run=False)
        with transaction.atomic():
            found = self._done(dry_run=True)
            transaction.set_rollback(True)
        return found

    def _done(self, *, dry_run: bool) -> dict[str, Any]:
        return {
            "orders posted": catching_up.post_missing(),
            "papers asked for": catching_up.ask_for_papers(),
            "dry_run": dry_run,
        }
