"""Prints the table of environment variables, or `.env.example` itself."""

import json
from dataclasses import asdict
from itertools import groupby
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from tutorme.env import VARIABLES, Variable


def example() -> str:
    """The text of `.env.example`: every variable with its help, set to its default."""
    lines = ["# Copy to .env and change what differs. NAME_FILE=/path reads NAME from a file."]
    for group, variables in groupby(VARIABLES, key=lambda variable: variable.group):
        lines += ["", f"# {group}"]
        for variable in variables:
            lines += [f"# {variable.help}", f"{variable.name}={_value(variable)}"]
    return "\n".join(lines) + "\n"


def _value(variable: Variable) -> str:
    if variable.kind == "list":
        return ",".join(variable.default)
    return str(int(variable.default)) if variable.kind == "bool" else str(variable.default)


class Command(BaseCommand):
    help = "Documents every environment variable."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--example", action="store_true", help="print .env.example")
        parser.add_argument("--json", action="store_true", help="print one object, for programs")

    def handle(self, *_args: Any, **options: Any) -> None:
        if options["example"]:
            self.stdout.write(example(), ending="")
            return
        if options["json"]:
            self.stdout.write(json.dumps({"variables": [asdict(row) for row in VARIABLES]}))
            return
        self.stdout.write("| Variable | Kind | Default | What it does |\n|---|---|---|---|")
        for variable in VARIABLES:
            default = f"`{_value(variable)}`" if _value(variable) else ""
            row = f"| `{variable.name}` | {variable.kind} | {default} | {variable.help} |"
            self.stdout.write(row)
