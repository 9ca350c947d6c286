"""How alike two texts are, by their trigrams, as PostgreSQL's pg_trgm counts."""

import re
import unicodedata

_WORD = re.compile(r"\w+")


def folded(text: str) -> str:
    """Without case, width and double spaces: what quotes and answers are compared by."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


def trigrams(text: str) -> frozenset[str]:
    found: set[str] = set()
    for word in _WORD.findall(folded(text)):
        padded = f"  {word} "
        found.update(padded[at : at + 3] for at in range(len(padded) - 2))
    return frozenset(found)


def likeness(one: str, other: str) -> float:
    """From 0 to 1; two texts without a word are alike."""
    left, right = trigrams(one), trigrams(other)
    if not left and not right:
        return 1.0
    return len(left & right) / len(left | right)
