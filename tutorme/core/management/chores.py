"""One shape of command for everything that `upkeep.py` modules declare."""

from typing import Any

from django.core.management.base import CommandParser

from tutorme.core import upkeep
from tutorme.core.errors import NotFound
from tutorme.core.management.operating import OperatorCommand
from tutorme.core.upkeep import Chore, Verb


class ChoreCommand(OperatorCommand):
    verb: Verb
    changes = True

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument(
            "--only", action="append", metavar="NAME", help="one of them; may be repeated"
        )
        parser.add_argument("--list", action="store_true", help="say what there is")

    def operate(self, options: dict[str, Any]) -> dict[str, Any]:
        chosen = self.meant(self._chosen(options["only"] or []), options)
        if options["list"]:
            return {"chores": [self.told(chore) for chore in chosen]}
        dry_run = options["dry_run"]
        done = [
            {**self.told(chore), "rows": upkeep.carry_out(chore, dry_run=dry_run)}
            for chore in chosen
        ]
        return {"dry_run": dry_run, "chores": done}

    def meant(self, chosen: list[Chore], options: dict[str, Any]) -> list[Chore]:
        """What a command's own options make of the chosen ones."""
        return chosen

    def told(self, chore: Chore) -> dict[str, Any]:
        return {"name": chore.name}

    def _chosen(self, names: list[str]) -> list[Chore]:
        known = upkeep.chores(self.verb)
        if unknown := set(names) - {chore.name for chore in known}:
            said = ", ".join(sorted(unknown))
            raise NotFound(f"Nothing here is called {said}: --list names what there is.")
        return [chore for chore in known if not names or chore.name in names]
