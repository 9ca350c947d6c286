"""Prints the table of environment variables, or `.env.example` itself."""

from collections.abc import Iterator
from dataclasses import asdict
from itertools import groupby
from typing import Any

from django.core.management.base import CommandParser

from tutorme.core.management.operating import OperatorCommand
from tutorme.env import VARIABLES, Variable


def example() -> str:
    """The text of `.env.example`: every variable with its help, set to its default."""
    lines = [
        "# Copy to .env and change what differs. NAME_FILE=/path reads NAME from a file.",
        "# What is empty counts as not set; a list is then empty.",
    ]
    for group, variables in groupby(VARIABLES, key=lambda variable: variable.group):
        lines += ["", f"# {group}"]
        for variable in variables:
            lines += [f"# {variable.help}", f"{variable.name}={_value(variable)}"]
    return "\n".join(lines) + "\n"


def _value(variable: Variable) -> str:
    if variable.kind == "list":
        return ",".join(variable.default)
    return str(int(variable.default)) if variable.kind == "bool" else str(variable.default)


class Command(OperatorCommand):
    help = "Documents every environment variable."

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--example", action="store_true", help="print .env.example")

    def operate(self, options: dict[str, Any]) -> dict[str, Any]:
        if options["example"]:
            return {"example": example()}
        return {"variables": [asdict(row) for row in VARIABLES]}

    def lines(self, found: dict[str, Any]) -> Iterator[str]:
        if "example" in found:
            yield found["example"].rstrip("\n")
            return
        yield "| Variable | Kind | Default | What it does |\n|---|---|---|---|"
        for variable in VARIABLES:
            default = f"`{_value(variable)}`" if _value(variable) else ""
            yield f"| `{variable.name}` | {variable.kind} | {default} | {variable.help} |"
