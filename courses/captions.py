"""WebVTT as a transcript (https://www.w3.org/TR/webvtt1/): what is said, with when. Pure."""

import html
import re
from dataclasses import dataclass

_TIME = re.compile(
    r"^(?:(\d{2,}):)?([0-5]\d):([0-5]\d)[.,]\d{3}\s+-->\s+(?:\d{2,}:)?[0-5]\d:[0-5]\d[.,]\d{3}"
)
_TAG = re.compile(r"<[^>]{0,200}>")
MAX_CUES = 5000
MAX_BYTES = 1024 * 1024


@dataclass(frozen=True)
class Cue:
    """`at` is the second it begins."""

    at: int
    text: str

    @property
    def clock(self) -> str:
        minutes, seconds = divmod(self.at, 60)
        hours, minutes = divmod(minutes, 60)
        return f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes}:{seconds:02}"


def cues(content: str) -> list[Cue]:
    """In their order, without markup; what is no cue is passed over."""
    found: list[Cue] = []
    for block in re.split(r"\n[ \t]*\n", content.replace("\r\n", "\n").replace("\r", "\n")):
        lines = [line.strip() for line in block.split("\n") if line.strip()]
        place = next((n for n, line in enumerate(lines[:2]) if _TIME.match(line)), None)
        if place is None or not (match := _TIME.match(lines[place])):
            continue
        hours, minutes, seconds = (int(part or 0) for part in match.groups())
        said = html.unescape(_TAG.sub("", " ".join(lines[place + 1 :])))
        if said and len(found) < MAX_CUES:
            found.append(Cue(3600 * hours + 60 * minutes + seconds, said))
    return found
