"""Adds the subjects a site begins with, or those of another list."""

from pathlib import Path
from typing import Any

import yaml
from django.conf import settings
from django.core.management.base import CommandError, CommandParser

from accounts.services import subject_list
from tutorme.core.management.operating import OperatorCommand

_OURS = Path(settings.BASE_DIR) / "accounts" / "data" / "subjects.yaml"


class Command(OperatorCommand):
    help = "Adds subjects that are missing: rows of slug, name, family, other words. Changes none."
    changes = True

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("file", type=Path, nargs="?", default=_OURS)

    def operate(self, options: dict[str, Any]) -> dict[str, Any]:
        try:
            rows = yaml.safe_load(options["file"].read_text(encoding="utf-8"))
        except (UnicodeDecodeError, yaml.YAMLError) as error:
            raise CommandError(f"{options['file']} is no YAML: {error}") from error
        added = subject_list.add_missing(rows, dry_run=options["dry_run"])
        return {"added": added, "dry_run": options["dry_run"]}
