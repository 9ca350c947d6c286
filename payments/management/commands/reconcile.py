"""Brings every payment whose end is not known up to the provider's truth. Safe to run twice."""

from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from payments.services import orders, refunds


class Command(BaseCommand):
    help = "Settles open orders and refunds by asking the provider."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--older-than", type=int, default=0, metavar="SECONDS")

    def handle(self, *_args: Any, **options: Any) -> None:
        found = orders.reconcile(older_than=timedelta(seconds=options["older_than"]), limit=10_000)
        for name, count in found.items():
            self.stdout.write(f"{name}: {count}")
        self.stdout.write(f"refunds completed: {refunds.carry_out_open(limit=10_000)}")
