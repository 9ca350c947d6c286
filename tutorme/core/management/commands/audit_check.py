"""Proves the audit trail: every entry in its chain, nothing changed, added or taken away."""

from typing import Any

from django.core.management.base import CommandParser

from tutorme.core import audit_chain
from tutorme.core.management.operating import OperatorCommand
from tutorme.core.models import AuditSeal, AuditUnsealed


class Command(OperatorCommand):
    help = "Checks the chain over the audit trail and prints its head, to be kept elsewhere."

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--expect-head", default="", help="a head that was printed before")

    def operate(self, options: dict[str, Any]) -> dict[str, Any]:
        problems = list(audit_chain.breaks())
        expected = options["expect_head"]
        if expected and not audit_chain.holds_head(expected):
            problems.append(f"the head {expected} is not in the chain: its end was cut off")
        return {
            "sealed": AuditSeal.objects.count(),
            "waiting": AuditUnsealed.objects.count(),
            "head": audit_chain.head(),
            "problems": problems,
        }

    def is_wrong(self, found: dict[str, Any]) -> str:
        return "The audit trail is not what it was." if found["problems"] else ""
