"""Writes the API's contract, or says where it differs from a file."""

import difflib
from io import StringIO
from pathlib import Path
from typing import Any

from django.core.management import call_command
from django.core.management.base import CommandParser

from tutorme.core.management.operating import OperatorCommand

_MOST_LINES = 60


def contract() -> str:
    text = StringIO()
    call_command("spectacular", "--validate", "--fail-on-warn", stdout=text)
    return text.getvalue()


class Command(OperatorCommand):
    help = "openapi FILE writes the contract; openapi --check FILE ends with 1 where it differs."

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("file", type=Path)
        parser.add_argument("--check", action="store_true")

    def operate(self, options: dict[str, Any]) -> dict[str, Any]:
        path, now = options["file"], contract()
        if not options["check"]:
            path.write_text(now)
            return {"written": str(path)}
        before = path.read_text() if path.exists() else ""
        lines = difflib.unified_diff(before.splitlines(), now.splitlines(), "file", "code", n=1)
        return {"differences": list(lines)[:_MOST_LINES]}

    def is_wrong(self, found: dict[str, Any]) -> str:
        return "The contract in the file is not the code's." if found.get("differences") else ""
