"""What was said on channels that many listen to: read once for all streams of a process.

The hub's thread alone puts things here, a shelf at a time and as a whole; streams only look.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from realtime.queries import channels as queries
from tutorme.core.api.renderers import dumps

# More than this at once is a flood, which each stream reads for itself, page by page.
_AT_ONCE = 500
_CHANNELS_AT_ONCE = 50
# A stream that fell further behind reads for itself too.
_KEPT = 100


@dataclass(frozen=True)
class Said:
    """`body` is None where the words depend on who listens: they are asked for by each."""

    id: int
    channel: str
    seq: int
    event: str
    body: bytes | None


@dataclass(frozen=True)
class Shelf:
    """All that was said on one channel after the number `past` and up to `upto`."""

    past: int
    upto: int
    rows: tuple[Said, ...] = ()

    def with_more(self, more: list[Said]) -> "Shelf":
        rows = (*self.rows, *more)
        dropped, kept = rows[:-_KEPT], rows[-_KEPT:]
        past = dropped[-1].seq if dropped else self.past
        return Shelf(past, rows[-1].seq if rows else self.upto, kept)

    def from_number(self, seq: int) -> "Shelf":
        """Without what everybody has heard."""
        return Shelf(max(self.past, seq), self.upto, tuple(r for r in self.rows if r.seq > seq))


class Shelves:
    def __init__(self) -> None:
        self._shelves: dict[str, Shelf] = {}

    def fetch(self, heard: Mapping[str, int]) -> set[str]:
        """Reads on, on each of these channels, from what is here or else from the number given;
        which of them are complete now. Asks the database once for fifty channels."""
        names = list(heard)
        starts = range(0, len(names), _CHANNELS_AT_ONCE)
        complete: set[str] = set()
        for chunk in (names[start : start + _CHANNELS_AT_ONCE] for start in starts):
            complete |= self._fetch({name: heard[name] for name in chunk})
        return complete

    def _fetch(self, heard: Mapping[str, int]) -> set[str]:
        begun = {name: self._shelves.get(name) or Shelf(seq, seq) for name, seq in heard.items()}
        rows = queries.after({name: shelf.upto for name, shelf in begun.items()}, limit=_AT_ONCE)
        if len(rows) == _AT_ONCE:
            for name in heard:
                self.clear(name)
            return set()
        said = _said(rows)
        for name, shelf in begun.items():
            self._shelves[name] = shelf.with_more([row for row in said if row.channel == name])
        return set(heard)

    def past(self, cursor: Mapping[str, int]) -> list[Said] | None:
        """What this listener has not heard, oldest first; None where it must ask for itself."""
        found: list[Said] = []
        for name, seq in cursor.items():
            shelf = self._shelves.get(name)
            if shelf is None:
                continue
            if seq < shelf.past:
                return None
            found += [row for row in shelf.rows if row.seq > seq]
        if any(row.body is None for row in found):
            return None
        return sorted(found, key=lambda row: row.id)

    def clear(self, name: str) -> None:
        self._shelves.pop(name, None)

    def tidy(self, slowest: Mapping[str, int]) -> None:
        """Lets go of what all have heard, given the number of the slowest on each channel."""
        for name, shelf in list(self._shelves.items()):
            if shelf.rows:
                self._shelves[name] = shelf.from_number(slowest.get(name, shelf.upto))


def _said(rows: list[dict[str, Any]]) -> list[Said]:
    shown = queries.heard(rows, None, "")
    return [
        Said(row["id"], row["channel_id"], row["seq"], row["event"], _body(envelope))
        for row, envelope in zip(rows, shown, strict=True)
    ]


def _body(envelope: dict[str, Any]) -> bytes | None:
    return None if envelope["data"] is None else dumps(envelope)
