"""Proves the books. Ends with status 1 where something does not add up."""

from collections.abc import Iterator
from typing import Any

from django.core.management.base import CommandParser

from payments.services import ledger, ledger_check
from tutorme.core.management.operating import OperatorCommand


class Command(OperatorCommand):
    help = "Proves the ledger: zero-sum, hash chain, cached balances, every fact posted once."

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument(
            "--expect-head", default="", help="the head an earlier check printed, kept elsewhere"
        )

    def operate(self, options: dict[str, Any]) -> dict[str, Any]:
        while ledger.seal():
            pass
        return ledger_check.check(expected_head=options["expect_head"]).as_json()

    def lines(self, found: dict[str, Any]) -> Iterator[str]:
        yield f"{found['transactions']} transactions, {found['sealed']} sealed"
        yield f"head {found['head']}"
        for problem in found["problems"]:
            yield f"PROBLEM {problem}"

    def is_wrong(self, found: dict[str, Any]) -> str:
        return "" if found["ok"] else "The books do not add up."
