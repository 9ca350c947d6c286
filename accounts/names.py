"""Names that cannot be mistaken for one another (Unicode Technical Standard 39).

A username is ASCII, so that it can stand in an address and be typed on any keyboard; its skeleton
is what it looks like, and skeletons are unique. A display name may be in any script; its
skeleton is only asked whether it passes itself off as the site.
"""

import re
import unicodedata
from functools import lru_cache
from pathlib import Path

FORM = re.compile(r"[A-Za-z0-9_.-]{3,30}")
RESERVED = frozenset(
    "admin administrator api root support help staff system tutorme security billing abuse "
    "postmaster webmaster moderator official null undefined me you".split()
)
# Nobody's own name has these words in it.
_THE_SITES = ("tutorme",)
_DATA = Path(__file__).parent / "data" / "confusables.txt"
# What the standard keeps apart and an eye does not, in letters and digits of any case.
_ALSO_ALIKE = str.maketrans(
    {"1": "l", "i": "l", "|": "l", "0": "o", "5": "s", "$": "s", "2": "z", "8": "b"}
)


@lru_cache(maxsize=1)
def _confusables() -> dict[int, str]:
    table = {}
    for line in _DATA.read_text(encoding="ascii").splitlines():
        if line.startswith("#"):
            continue
        looks_like, _tab, sources = line.partition("\t")
        prototype = "".join(chr(int(code, 16)) for code in looks_like.split("+"))
        table.update(dict.fromkeys((int(code, 16) for code in sources.split()), prototype))
    return table


def skeleton(name: str) -> str:
    """Equal for two names that look the same, whatever their case, width or script."""
    looks, before = name, ""
    # Folding case can bring up a letter that looks like another again: until nothing moves.
    while looks != before:
        before = looks
        looks = _alike(looks)
    return looks


def _alike(name: str) -> str:
    folded = unicodedata.normalize("NFKC", name).casefold()
    mapped = unicodedata.normalize("NFD", folded).translate(_confusables()).casefold()
    letters = "".join(char for char in mapped if unicodedata.category(char) != "Mn")
    alike = letters.translate(_ALSO_ALIKE).replace("rn", "m").replace("vv", "w")
    return re.sub(r"[\s_.\-]", "", alike)


def is_reserved(name: str) -> bool:
    """Whether a name is the site's, or looks like one of the site's."""
    looks = skeleton(name)
    return looks in _reserved_looks() or any(skeleton(word) in looks for word in _THE_SITES)


@lru_cache(maxsize=1)
def _reserved_looks() -> frozenset[str]:
    return frozenset(skeleton(name) for name in RESERVED)


def plain(text: str) -> str:
    """Without case, accents, width and doubled spaces: equal for two ways to write one word."""
    spread = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", text).casefold())
    # Marks above and below are accents; those of other classes are letters (ka and ga in kana).
    bare = "".join(char for char in spread if unicodedata.combining(char) < 200)
    return " ".join(unicodedata.normalize("NFKC", bare).split())


def proposal(display_name: str, suffix: str) -> str:
    """A username made from a display name; `suffix` makes it free."""
    ascii_name = unicodedata.normalize("NFKD", display_name).encode("ascii", "ignore").decode()
    base = re.sub(r"[^a-z0-9]+", "-", ascii_name.lower()).strip("-")[:20] or "learner"
    return f"{base}-{suffix}"
