"""Usernames that cannot be mistaken for one another (Unicode TR 39, in the part we need).

A username is ASCII, so look-alikes are letters and digits only: l 1 I, o 0, rn m, vv w, and
separators that the eye skips.
"""

import re
import unicodedata

FORM = re.compile(r"[A-Za-z0-9_.-]{3,30}")
RESERVED = frozenset(
    "admin administrator api root support help staff system tutorme security billing abuse "
    "postmaster webmaster moderator official null undefined me you".split()
)
_LOOKALIKES = str.maketrans(
    {"1": "l", "i": "l", "|": "l", "0": "o", "5": "s", "$": "s", "2": "z", "8": "b"}
)


def skeleton(username: str) -> str:
    """Equal for two names that look the same."""
    folded = unicodedata.normalize("NFKC", username).casefold().translate(_LOOKALIKES)
    return re.sub(r"[_.\-]", "", folded.replace("rn", "m").replace("vv", "w"))


def is_reserved(username: str) -> bool:
    return skeleton(username) in {skeleton(name) for name in RESERVED}


def proposal(display_name: str, suffix: str) -> str:
    """A username made from a display name; `suffix` makes it free."""
    ascii_name = unicodedata.normalize("NFKD", display_name).encode("ascii", "ignore").decode()
    base = re.sub(r"[^a-z0-9]+", "-", ascii_name.lower()).strip("-")[:20] or "learner"
    return f"{base}-{suffix}"
