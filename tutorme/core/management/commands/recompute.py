"""Counts again what is kept beside its rows."""

from tutorme.core.management.chores import ChoreCommand
from tutorme.core.upkeep import Verb


class Command(ChoreCommand):
    help = "Counts points, streaks, boards, progress and courses again; says how many differed."
    verb = Verb.RECOMPUTE
