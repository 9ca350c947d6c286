"""Puts a backup back, or proves that one could be."""

from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser

from tutorme.core import audit_chain, backups, restoring
from tutorme.core.management.operating import OperatorCommand


class Command(OperatorCommand):
    help = "Replaces database and media by a backup. --check restores into a scratch database."
    destroys = True

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("backup", type=Path)
        parser.add_argument("--check", action="store_true", dest="dry_run", help="touch nothing")

    def operate(self, options: dict[str, Any]) -> dict[str, Any]:
        if options["dry_run"]:
            return {
                "checked": str(options["backup"]),
                "differences": backups.drill(options["backup"]),
            }
        again = restoring.restore(options["backup"])
        audit_chain.forget_proven()
        return {"restored": str(options["backup"]), "again": again}

    def is_wrong(self, found: dict[str, Any]) -> str:
        return "The backup restores to other rows." if found.get("differences") else ""
