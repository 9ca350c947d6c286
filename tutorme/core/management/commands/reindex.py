"""Builds anew what is searched."""

from tutorme.core.management.chores import ChoreCommand
from tutorme.core.upkeep import Verb


class Command(ChoreCommand):
    help = "Builds the words of courses and the free times of tutors anew."
    verb = Verb.REINDEX
