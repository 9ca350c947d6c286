"""Two people changed one text: both changes are kept, line by line."""

from difflib import SequenceMatcher

_Anchor = tuple[int, int, int]


def merge(*, base: str, theirs: str, ours: str) -> str:
    """`theirs` with what `ours` changed of `base`. Where both changed the same lines in different
    ways, theirs come first and ours follow: nothing that somebody wrote is dropped."""
    if theirs in (base, ours):
        return ours
    if ours == base:
        return theirs
    rows = [text.split("\n") for text in (base, theirs, ours)]
    merged: list[str] = []
    at = (0, 0, 0)
    for anchor in [*_anchors(*rows), (len(rows[0]), len(rows[1]), len(rows[2]))]:
        parts = [row[start:end] for row, start, end in zip(rows, at, anchor, strict=True)]
        merged += _settled(*parts)
        if anchor[0] < len(rows[0]):
            merged.append(rows[0][anchor[0]])
        at = (anchor[0] + 1, anchor[1] + 1, anchor[2] + 1)
    return "\n".join(merged)


def _anchors(base: list[str], theirs: list[str], ours: list[str]) -> list[_Anchor]:
    """Lines of the base that both kept, and where each has them."""
    in_theirs, in_ours = _kept(base, theirs), _kept(base, ours)
    both = sorted(in_theirs.keys() & in_ours.keys())
    return [(line, in_theirs[line], in_ours[line]) for line in both]


def _kept(base: list[str], other: list[str]) -> dict[int, int]:
    blocks = SequenceMatcher(None, base, other, autojunk=False).get_matching_blocks()
    return {block.a + step: block.b + step for block in blocks for step in range(block.size)}


def _settled(base: list[str], theirs: list[str], ours: list[str]) -> list[str]:
    if ours in (base, theirs):
        return theirs
    if theirs == base:
        return ours
    return theirs + [line for line in ours if line not in theirs]
