"""Copies database and media, checked, into one directory."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import CommandParser

from tutorme.core import backups
from tutorme.core.management.operating import OperatorCommand


class Command(OperatorCommand):
    help = "Writes a backup and proves that it restores (leave that out with --no-drill)."

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--to", default=settings.BACKUP_ROOT, help="directory of backups")
        parser.add_argument("--no-drill", action="store_true", help="do not restore it once")

    def operate(self, options: dict[str, Any]) -> dict[str, Any]:
        made = backups.make(Path(options["to"]))
        told = backups.verify(made)
        report = {"backup": str(made), "rows": sum(told["rows"].values()), **told["files"]}
        if not options["no_drill"]:
            report["differences"] = backups.drill(made)
        return report

    def is_wrong(self, found: dict[str, Any]) -> str:
        return "The backup restores to other rows." if found.get("differences") else ""
