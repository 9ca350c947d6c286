"""What a file is, by its first bytes. The name and type the client gives are not asked.

Signatures: WHATWG MIME Sniffing, and for the rest the formats' own specifications.
"""

import re
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from typing import IO

HEAD = 4096


@dataclass(frozen=True)
class Kind:
    content_type: str
    suffix: str
    fits: Callable[[bytes], bool]
    # May be shown within a page; the rest is only ever downloaded.
    inline: bool = False


def _starts(*signatures: bytes) -> Callable[[bytes], bool]:
    return lambda head: head.startswith(signatures)


def _container(*brands: bytes) -> Callable[[bytes], bool]:
    """ISO base media: the brand stands at byte 8 of the leading `ftyp` box."""
    return lambda head: head[4:8] == b"ftyp" and head[8:11] in {brand[:3] for brand in brands}


def _riff(form: bytes) -> Callable[[bytes], bool]:
    return lambda head: head[:4] == b"RIFF" and head[8:12] == form


_BINARY = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f]")


def _is_text(head: bytes) -> bool:
    """UTF-8 without control characters; the head may end within a character."""
    try:
        head.decode("utf-8")
    except UnicodeDecodeError as error:
        if error.start < len(head) - 3:
            return False
    return not _BINARY.search(head)


def _captions(head: bytes) -> bool:
    return head.removeprefix(b"\xef\xbb\xbf").startswith(b"WEBVTT") and _is_text(head)


KINDS: dict[str, Kind] = {
    "png": Kind("image/png", ".png", _starts(b"\x89PNG\r\n\x1a\n"), inline=True),
    "jpeg": Kind("image/jpeg", ".jpg", _starts(b"\xff\xd8\xff"), inline=True),
    "webp": Kind("image/webp", ".webp", _riff(b"WEBP"), inline=True),
    "gif": Kind("image/gif", ".gif", _starts(b"GIF87a", b"GIF89a"), inline=True),
    "pdf": Kind("application/pdf", ".pdf", _starts(b"%PDF-")),
    "mp4": Kind(
        "video/mp4", ".mp4", _container(b"isom", b"iso2", b"mp42", b"mp41", b"avc1", b"M4V"), True
    ),
    "webm": Kind("video/webm", ".webm", _starts(b"\x1a\x45\xdf\xa3"), inline=True),
    "m4a": Kind("audio/mp4", ".m4a", _container(b"M4A"), inline=True),
    "mp3": Kind(
        "audio/mpeg", ".mp3", _starts(b"ID3", b"\xff\xfb", b"\xff\xf3", b"\xff\xf2"), inline=True
    ),
    "ogg": Kind("audio/ogg", ".ogg", _starts(b"OggS"), inline=True),
    "wav": Kind("audio/wav", ".wav", _riff(b"WAVE"), inline=True),
}

# Office documents are ZIP archives; the part named here tells which.
_IN_ARCHIVE = {
    "docx": ("word/document.xml", "wordprocessingml.document"),
    "xlsx": ("xl/workbook.xml", "spreadsheetml.sheet"),
    "pptx": ("ppt/presentation.xml", "presentationml.presentation"),
}
_OFFICE = "application/vnd.openxmlformats-officedocument."
KINDS |= {
    name: Kind(_OFFICE + subtype, f".{name}", _starts(b"PK\x03\x04"))
    for name, (_, subtype) in _IN_ARCHIVE.items()
}
# The vaguer, the later: every office document is an archive, and much is text.
KINDS |= {
    "zip": Kind("application/zip", ".zip", _starts(b"PK\x03\x04", b"PK\x05\x06")),
    "vtt": Kind("text/vtt", ".vtt", _captions, inline=True),
    "text": Kind("text/plain", ".txt", _is_text),
    "csv": Kind("text/csv", ".csv", _is_text),
    "markdown": Kind("text/markdown", ".md", _is_text),
}


def kind_of(file: IO[bytes], suffix: str, allowed: frozenset[str]) -> Kind | None:
    """The kind among those allowed. Where the bytes fit several (all text is alike), the name's
    suffix decides; None where nothing fits."""
    file.seek(0)
    head = file.read(HEAD)
    fitting = [
        name for name in KINDS if name in allowed and KINDS[name].fits(head) and _holds(file, name)
    ]
    by_suffix = [name for name in fitting if KINDS[name].suffix == suffix.lower()]
    chosen = by_suffix or fitting
    return KINDS[chosen[0]] if chosen else None


def _holds(file: IO[bytes], name: str) -> bool:
    """Whether an office document has the part that makes it one. Only the directory is read."""
    if name not in _IN_ARCHIVE:
        return True
    file.seek(0)
    try:
        with zipfile.ZipFile(file) as archive:
            return _IN_ARCHIVE[name][0] in archive.NameToInfo
    except (zipfile.BadZipFile, ValueError, RuntimeError):
        return False
