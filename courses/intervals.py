"""Stretches of seconds, as seen of a video: disjoint, in order, merged where they touch. Pure."""

from collections.abc import Iterable

Stretch = tuple[int, int]
# No honest player sends more; what is kept of one stays small.
MAX_STRETCHES = 500


def merged(stretches: Iterable[Iterable[int]], *, length: int) -> list[Stretch]:
    """The union, within [0, length]; empty or backward stretches are nothing."""
    found: list[Stretch] = []
    for begin, end in sorted(_within(stretch, length) for stretch in stretches):
        if begin >= end:
            continue
        if found and begin <= found[-1][1]:
            found[-1] = (found[-1][0], max(end, found[-1][1]))
        else:
            found.append((begin, end))
    return found


def _within(stretch: Iterable[int], length: int) -> Stretch:
    begin, end = stretch
    return max(0, begin), min(end, length)


def seconds_in(stretches: Iterable[Stretch]) -> int:
    return sum(end - begin for begin, end in stretches)


def grown(
    old: Iterable[Iterable[int]], new: Iterable[Iterable[int]], *, length: int, by: int
) -> list[Stretch]:
    """`old` with as much of `new`, from its beginning, as adds no more than `by` seconds."""
    kept = merged(old, length=length)
    limit = seconds_in(kept) + by
    for begin, end in merged(new, length=length):
        more = merged([*kept, (begin, end)], length=length)
        if (over := seconds_in(more) - limit) > 0:
            more = merged([*kept, (begin, end - over)], length=length)
        kept = more
    return kept[:MAX_STRETCHES]
