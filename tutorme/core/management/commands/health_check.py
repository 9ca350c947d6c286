"""Health in detail, as /api/v1/system/health/ has it: for cron, monitors and scripts."""

from typing import Any

from django.core.management.base import CommandParser

from tutorme.core import inspection
from tutorme.core.management.operating import OperatorCommand


class Command(OperatorCommand):
    help = "Says how everything is. 1 where it is down; with --strict also where it is degraded."

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--strict", action="store_true", help="1 unless all is well")

    def operate(self, options: dict[str, Any]) -> dict[str, Any]:
        self._accepted = {"ok"} if options["strict"] else {"ok", "degraded"}
        return inspection.detailed()

    def is_wrong(self, found: dict[str, Any]) -> str:
        return "" if found["status"] in self._accepted else f"It is {found['status']}."
