"""The manners of every command an operator runs: `--json`, exit codes, `--dry-run`, `--yes`."""

import json
from abc import abstractmethod
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from tutorme.core.errors import DomainError


class OperatorCommand(BaseCommand):
    """`operate` returns what happened as JSON values; it is printed as an object or as lines.

    Exit code 0: done. 1: not done, or something is wrong, said in one sentence on stderr; also
    when `is_wrong` says so of what came back. `destroys` refuses to run in production without
    `--yes`. `changes` adds `--dry-run`.
    """

    destroys = False
    changes = False

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="print one object, for programs")
        if self.changes:
            parser.add_argument("--dry-run", action="store_true", help="say it, change nothing")
        if self.destroys:
            parser.add_argument("--yes", action="store_true", help="really, in production too")

    @abstractmethod
    def operate(self, options: dict[str, Any]) -> dict[str, Any]: ...

    def is_wrong(self, found: dict[str, Any]) -> str:
        """A sentence where what was found must end in exit code 1."""
        return ""

    def handle(self, *_args: Any, **options: Any) -> None:
        if self.destroys and not options.get("dry_run") and not self._is_meant(options):
            raise CommandError("This destroys data in production: say --yes if you mean it.")
        try:
            found = self.operate(options)
        except DomainError as error:
            raise CommandError(str(error.detail)) from error
        self._tell(found, as_json=options["json"])
        if wrong := self.is_wrong(found):
            raise CommandError(wrong)

    @staticmethod
    def _is_meant(options: dict[str, Any]) -> bool:
        return bool(options["yes"] or options.get("list")) or settings.DEBUG

    def _tell(self, found: dict[str, Any], *, as_json: bool) -> None:
        if as_json:
            self.stdout.write(json.dumps(found, default=str))
            return
        for name, value in found.items():
            if isinstance(value, list):
                for row in value:
                    self.stdout.write(f"{name}: {_line(row)}")
            else:
                self.stdout.write(f"{name}: {_line(value)}")


def _line(value: Any) -> str:
    if isinstance(value, dict):
        return "  ".join(f"{key}={item}" for key, item in value.items())
    return str(value)
