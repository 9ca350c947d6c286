"""Circles in what must come before what; pure."""

from collections.abc import Hashable, Mapping, Sequence
from typing import TypeVar

K = TypeVar("K", bound=Hashable)


def cycle_in(requires: Mapping[K, Sequence[K]]) -> list[K]:
    """One circle as its members in order, the first again at the end; empty where there is none."""
    settled: set[K] = set()
    for start in requires:
        if start not in settled and (found := _from(start, requires, settled)):
            return found
    return []


def _from(start: K, requires: Mapping[K, Sequence[K]], settled: set[K]) -> list[K]:
    """Depth first without recursion: a course may have a thousand lessons in a row."""
    path: list[K] = [start]
    waiting = [iter(requires.get(start, ()))]
    on_path = {start}
    while waiting:
        following = next(waiting[-1], None)
        if following is None:
            waiting.pop()
            done = path.pop()
            on_path.discard(done)
            settled.add(done)
        elif following in on_path:
            return [*path[path.index(following) :], following]
        elif following not in settled:
            path.append(following)
            on_path.add(following)
            waiting.append(iter(requires.get(following, ())))
    return []
