"""How far a listener has heard: a number for each channel, written as one text.

`12` is the listener's own channel; `12,private-course-<uuid>:4` another beside it. It is the id
of every event, so `Last-Event-ID` alone resumes all channels, without a gap in any.
"""

import re
from collections.abc import Mapping

from tutorme.core.errors import InvalidInput

_NUMBER = re.compile(r"[0-9]{1,19}", re.ASCII)
_MAX_SEQ = 2**63 - 1
Cursor = dict[str, int]


def written(cursor: Mapping[str, int]) -> str:
    """The own channel stands first in every cursor."""
    own, *others = cursor
    return ",".join([str(cursor[own]), *(f"{name}:{cursor[name]}" for name in others)])


def read(text: str, own: str) -> Cursor:
    """What of it can be understood; the rest starts from now."""
    found: Cursor = {}
    for part in text.strip().split(","):
        name, colon, number = part.rpartition(":")
        if _NUMBER.fullmatch(number):
            found[name if colon else own] = min(int(number), _MAX_SEQ)
    return found


def read_strictly(text: str, own: str) -> Cursor:
    """For those who ask, where nonsense is an error. Raises `InvalidInput`."""
    found = read(text, own)
    if text.strip() and len(found) != text.count(",") + 1:
        row = {"pointer": "/after", "code": "invalid", "detail": "Give the cursor of an answer."}
        raise InvalidInput(errors=[row])
    return found


def placed(asked: Mapping[str, int], newest: Mapping[str, int], names: list[str]) -> Cursor:
    """Where to begin on each channel: where the reader was, never ahead of what was said, and
    from now on where they were nowhere."""
    return {name: min(asked.get(name, 2**63), newest.get(name, 0)) for name in names}
