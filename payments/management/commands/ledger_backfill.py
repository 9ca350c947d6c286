"""Posts what was paid before there were books. Safe to run again."""

from typing import Any

from django.core.management.base import BaseCommand

from payments.services import catching_up


class Command(BaseCommand):
    help = "Posts captured orders and refunds that are not in the ledger yet."

    def handle(self, *_args: Any, **_options: Any) -> None:
        self.stdout.write(f"orders posted: {catching_up.post_missing()}")
