"""Pages of other sites within a lesson: only of allowed hosts, in a form that can be framed."""

import re
from dataclasses import dataclass
from urllib.parse import parse_qs, urlsplit

from django.conf import settings

_VIDEO_ID = re.compile(r"^[A-Za-z0-9_-]{6,20}$")
_NUMBER = re.compile(r"^/(?:video/)?([0-9]{1,15})$")


@dataclass(frozen=True)
class Frame:
    """`origin` is what the page's policy must allow; `host` is what people are told."""

    src: str
    origin: str
    host: str


def frame_of(url: str) -> Frame | None:
    """None for what is not allowed here, addresses that are none included."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return None
    if parts.scheme != "https" or parts.username or port not in (None, 443):
        return None
    src = _playable(url) or url
    host = urlsplit(src).hostname or ""
    return Frame(src, f"https://{host}", host) if host in settings.EMBED_HOSTS else None


def _playable(url: str) -> str:
    """The player's address for a video page people copy from their browser; empty for others."""
    parts = urlsplit(url)
    host = (parts.hostname or "").removeprefix("www.").removeprefix("m.")
    if host == "youtu.be":
        return _youtube(parts.path.strip("/"))
    if host == "youtube.com":
        last = parts.path.rsplit("/", 1)[-1]
        return _youtube(parse_qs(parts.query).get("v", [last])[0])
    if host == "vimeo.com" and (match := _NUMBER.match(parts.path)):
        return f"https://player.vimeo.com/video/{match[1]}"
    return ""


def _youtube(video: str) -> str:
    fits = _VIDEO_ID.match(video)
    return f"https://www.youtube-nocookie.com/embed/{video}" if fits else ""
