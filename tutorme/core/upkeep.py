"""What can be tidied, counted again or built anew, by the word of the command that does it. Apps
declare theirs in an `upkeep.py`, found at start."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from enum import StrEnum
from functools import partial

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
class Age:
    """How old rows become: `usual` by themselves, and whatever is asked for, not less than `least`
    (`why` says who counts on it). A standing choice below that, in a setting, is the site's own."""

    usual: timedelta
    least: timedelta
    why: str

    def for_asked(self, asked: timedelta) -> timedelta:
        return max(asked, min(self.least, self.usual))


@dataclass(frozen=True)
class Chore:
    """`work` says how many rows it changed; one that `comes_in_parts` is called until it says
    none. `look` says how many it would change, where that can be told without doing it. With an
    `age`, `work` is told `older_than`; without, each row knows its own end."""

    verb: Verb
    name: str
    work: Callable[..., int]
    comes_in_parts: bool = False
    look: Callable[[], int] | None = None
    age: Age | None = None

    def aged(self, asked: timedelta) -> "Chore":
        """The same at the age asked for, as far as that may be."""
        if self.age is None:
            return self
        return replace(self, age=replace(self.age, usual=self.age.for_asked(asked)))

    @property
    def bound(self) -> Callable[[], int]:
        return partial(self.work, older_than=self.age.usual) if self.age else self.work


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
    work = chore.bound
    total = count = work()
    while chore.comes_in_parts and count:
        count = work()
        total += count
    return total


declare(
    Chore(
        Verb.PURGE,
        "core.idempotency",
        idempotency.purge,
        age=Age(idempotency.KEPT, idempotency.KEPT, "the API promises a repeat its first answer"),
    ),
    Chore(
        Verb.PURGE,
        "core.outbox",
        outbox.purge,
        comes_in_parts=True,
        age=Age(outbox.KEPT_FOR, timedelta(days=7), "what went wrong is looked for in it"),
    ),
    Chore(Verb.PURGE, "core.report-exports", report_exports.drop_expired, comes_in_parts=True),
)
