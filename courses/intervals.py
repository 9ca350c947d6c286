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
