"""Removes what has outlived its time, all at once; `--older-than` says another time, within what
others count on. Books, orders, receipts, the audit trail and certificates are kept by law: no chore
removes any of them, at whatever age."""

from argparse import ArgumentTypeError
from datetime import timedelta
from typing import Any

from django.core.management.base import CommandError, CommandParser

from tutorme.core.management.chores import ChoreCommand
from tutorme.core.upkeep import Chore, Verb


def days(text: str) -> timedelta:
    """`90` or `90d`; a century at most."""
    told = text.removesuffix("d")
    if not (told.isascii() and told.isdigit() and 0 < int(told) <= 36_500):
        raise ArgumentTypeError("is a number of days from 1 to 36500, as in 90 or 90d")
    return timedelta(days=int(told))


class Command(ChoreCommand):
    help = "Removes rows whose time is over, as beat does every hour. --dry-run counts them."
    verb = Verb.PURGE
    destroys = True

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        told = "this old instead of the usual age; never less than --list says"
        parser.add_argument("--older-than", type=days, metavar="DAYS", help=told)

    def meant(self, chosen: list[Chore], options: dict[str, Any]) -> list[Chore]:
        """With an age asked for, only what goes by age."""
        asked = options["older_than"]
        if asked is None:
            return chosen
        ageless = [chore.name for chore in chosen if chore.age is None]
        if options["only"] and ageless:
            said = ", ".join(ageless)
            raise CommandError(f"{said}: each row has an end of its own, and no age.")
        return [chore.aged(asked) for chore in chosen if chore.age]

    def told(self, chore: Chore) -> dict[str, Any]:
        if chore.age is None:
            return super().told(chore)
        ages = {"older_than_days": chore.age.usual.days, "least_days": chore.age.least.days}
        return {**super().told(chore), **ages, "because": chore.age.why}
