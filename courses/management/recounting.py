"""Counts that are kept beside their rows are proved by counting again: one shape of command."""

import json
from abc import abstractmethod
from typing import Any

from django.core.management.base import BaseCommand, CommandParser


class RecountCommand(BaseCommand):
    """Prints how many said something else, and puts them right unless it is a dry run."""

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="change nothing")
        parser.add_argument("--json", action="store_true", help="print an object")

    @abstractmethod
    def recount(self, *, dry_run: bool) -> int: ...

    def handle(self, *_args: Any, **options: Any) -> None:
        dry_run = options["dry_run"]
        differences = self.recount(dry_run=dry_run)
        if options["json"]:
            self.stdout.write(json.dumps({"differences": differences, "dry_run": dry_run}))
        else:
            self.stdout.write(f"differences: {differences}")
