"""Removes what has outlived its time, all at once."""

from tutorme.core.management.chores import ChoreCommand
from tutorme.core.upkeep import Verb


class Command(ChoreCommand):
    help = "Removes rows whose time is over, as beat does every hour. --dry-run counts them."
    verb = Verb.PURGE
    destroys = True
