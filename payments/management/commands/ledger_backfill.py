"""Posts what was paid before there were books. Safe to run again."""

from typing import Any

from django.core.management.base import BaseCommand

from payments.services import catching_up


class Command(BaseCommand):
    help = "Posts what is not in the ledger yet, and asks for papers that are missing."

    def handle(self, *_args: Any, **_options: Any) -> None:
        self.stdout.write(f"orders posted: {catching_up.post_missing()}")
        self.stdout.write(f"papers asked for: {catching_up.ask_for_papers()}")
