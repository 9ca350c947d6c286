"""What can be tidied, counted again or built anew, by the word of the command that does it. Apps
declare theirs in an `upkeep.py`, found at start."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from django.db import transaction

from tutorme.core import idempotency, outbox, report_exports


class Verb(StrEnum):
    # Removes what has outlived its time; beat does the same, piece by piece.
    PURGE = "purge"
    # Counts what is kept beside its rows again, from the rows.
    RECOMPUTE = "recompute"
    # Builds what is searched anew, from what it is made of.
    REINDEX = "reindex"
    # Finds what was lost between two steps and goes on with it; beat does the same.
    RECONCILE = "reconcile"


@dataclass(frozen=True)
class Chore:
    """`work` says how many rows it changed; one that `comes_in_parts` is called until it says
    none. `look` says how many it would change, where that can be told without doing it."""

    verb: Verb
    name: str
    work: Callable[[], int]
    comes_in_parts: bool = False
    look: Callable[[], int] | None = None


_chores: dict[tuple[Verb, str], Chore] = {}


def declare(*chores: Chore) -> None:
    _chores.update({(chore.verb, chore.name): chore for chore in chores})


def chores(verb: Verb) -> list[Chore]:
    return sorted((row for row in _chores.values() if row.verb == verb), key=lambda row: row.name)


def carry_out(chore: Chore, *, dry_run: bool) -> int:
    """How many rows changed, or would: without a `look` a dry run does the work and takes it
    back."""
    if not dry_run:
        return _to_the_end(chore)
    if chore.look:
        return chore.look()
    with transaction.atomic():
        count = _to_the_end(chore)
        transaction.set_rollback(True)
    return count


def _to_the_end(chore: Chore) -> int:
    total = count = chore.work()
    while chore.comes_in_parts and count:
        count = chore.work()
        total += count
    return total


declare(
    Chore(Verb.PURGE, "core.idempotency", idempotency.purge),
    Chore(Verb.PURGE, "core.outbox", outbox.purge, comes_in_parts=True),
    Chore(Verb.PURGE, "core.report-exports", report_exports.drop_expired, comes_in_parts=True),
)
