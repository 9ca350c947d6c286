"""Asks every provider that is configured whether it can be spoken to."""

from typing import Any

from django.core.management.base import CommandParser

from tutorme.core import probes
from tutorme.core.errors import NotFound
from tutorme.core.management.operating import OperatorCommand


class Command(OperatorCommand):
    help = "Speaks to each configured provider, changing nothing there; 1 where one is broken."

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--only", action="append", metavar="NAME", help="may be repeated")

    def operate(self, options: dict[str, Any]) -> dict[str, Any]:
        only = frozenset(options["only"] or ())
        if unknown := only - probes.known().keys():
            known = ", ".join(probes.known())
            raise NotFound(f"No such provider: {', '.join(sorted(unknown))}. There are: {known}.")
        return {"providers": list(probes.ask_all(only))}

    def is_wrong(self, found: dict[str, Any]) -> str:
        broken = [row["provider"] for row in found["providers"] if row["state"] == "broken"]
        return f"Broken: {', '.join(broken)}" if broken else ""
