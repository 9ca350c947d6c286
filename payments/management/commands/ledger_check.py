"""Proves the books. Ends with status 1 where something does not add up."""

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from payments.services import ledger, ledger_check


class Command(BaseCommand):
    help = "Proves the ledger: zero-sum, hash chain, cached balances, every fact posted once."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true")
        parser.add_argument(
            "--expect-head", default="", help="the head an earlier check printed, kept elsewhere"
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        while ledger.seal():
            pass
        report = ledger_check.check(expected_head=options["expect_head"])
        if options["json"]:
            self.stdout.write(json.dumps(report.as_json(), indent=2))
        else:
            self.stdout.write(f"{report.transactions} transactions, {report.sealed} sealed")
            self.stdout.write(f"head {report.head}")
            for problem in report.problems:
                self.stdout.write(f"PROBLEM {problem}")
        if not report.ok:
            raise CommandError("The books do not add up.")
