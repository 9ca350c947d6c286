"""ZIP archives of courses: read as if they were written to hurt, written always the same. Pure."""

import io
import stat
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import IO

from courses.errors import SourceInvalid
from courses.lesson_data import FILE_NAME
from courses.source_files import MANIFEST, MAX_TEXT

MEBIBYTE = 1024 * 1024
MAX_ENTRIES, MAX_BYTES, MAX_RATIO = 2000, 2048 * MEBIBYTE, 200
_CHUNK = 256 * 1024
# The earliest a ZIP can say: an archive of the same course is the same bytes.
_WHEN = (1980, 1, 1, 0, 0, 0)


@dataclass(frozen=True)
class Archive:
    """`texts` by path; `files` are names below `files/`, read with `opened`."""

    zip: zipfile.ZipFile
    root: str
    texts: dict[str, bytes]
    files: tuple[str, ...]

    def opened(self, name: str) -> IO[bytes]:
        return self.zip.open(f"{self.root}files/{name}")

    def size(self, name: str) -> int:
        return self.zip.getinfo(f"{self.root}files/{name}").file_size


def read(file: IO[bytes]) -> Archive:
    """`SourceInvalid` for what is no archive of a course, and for what would harm: paths that lead
    out, links, encrypted entries, more than the limits above."""
    try:
        archive = zipfile.ZipFile(file)
        entries = [entry for entry in archive.infolist() if not entry.is_dir()]
        _refuse_harm(entries)
        root = _root(entries)
        texts = {
            entry.filename.removeprefix(root): _text(archive, entry)
            for entry in entries
            if _is_text(entry.filename.removeprefix(root))
        }
    except (zipfile.BadZipFile, RuntimeError, OSError, EOFError) as error:
        raise SourceInvalid(problems=[f"This is not an archive: {error}"]) from error
    except zipfile.LargeZipFile as error:
        raise SourceInvalid(problems=["The archive is too large."]) from error
    files = tuple(sorted(_file_names(entries, root)))
    return Archive(archive, root, texts, files)


def _refuse_harm(entries: list[zipfile.ZipInfo]) -> None:
    problems = [text for entry in entries if (text := _harm(entry))]
    if len(entries) > MAX_ENTRIES:
        problems.append(f"There are more than {MAX_ENTRIES} entries.")
    if sum(entry.file_size for entry in entries) > MAX_BYTES:
        problems.append("What it holds is too large.")
    if len({entry.filename for entry in entries}) < len(entries):
        problems.append("A name is there twice.")
    if problems:
        raise SourceInvalid(problems=problems[:50])


def _harm(entry: zipfile.ZipInfo) -> str:
    name = entry.filename
    parts = name.replace("\\", "/").split("/")
    if name.startswith("/") or ".." in parts or ":" in parts[0] or "\x00" in name or "\\" in name:
        return f"{name[:80]!r} leads out of the archive."
    if stat.S_ISLNK(entry.external_attr >> 16):
        return f"{name[:80]} is a link."
    if entry.flag_bits & 0x1:
        return f"{name[:80]} is encrypted."
    if entry.file_size > MAX_RATIO * max(entry.compress_size, 1024):
        return f"{name[:80]} unpacks to far more than it is."
    return ""


def _root(entries: list[zipfile.ZipInfo]) -> str:
    """Empty, or the one folder everything lies in."""
    found = [entry.filename for entry in entries if entry.filename.split("/")[-1] == MANIFEST]
    shallow = sorted(found, key=lambda name: name.count("/"))
    if not shallow or shallow[0].count("/") > 1:
        raise SourceInvalid(problems=[f"{MANIFEST} is missing"])
    return shallow[0].removesuffix(MANIFEST)


def _is_text(name: str) -> bool:
    in_lessons = name.startswith("lessons/") and name.endswith((".md", ".yaml"))
    return in_lessons or ("/" not in name and name.endswith(".yaml"))


def _text(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> bytes:
    """What the directory says of sizes is a claim: reading stops at the limit."""
    with archive.open(entry) as file:
        content = file.read(MAX_TEXT + 1)
    if len(content) > MAX_TEXT:
        raise SourceInvalid(problems=[f"{entry.filename[:80]} is too large"])
    return content


def _file_names(entries: list[zipfile.ZipInfo], root: str) -> Iterator[str]:
    for entry in entries:
        name = entry.filename.removeprefix(root)
        if name.startswith("files/"):
            plain = name.removeprefix("files/")
            if not FILE_NAME.match(plain):
                raise SourceInvalid(problems=[f"{name[:80]} is not a name lessons can use"])
            yield plain


def copied(source: IO[bytes], target: IO[bytes], most: int) -> int:
    """How many bytes; `SourceInvalid` past `most`."""
    done = 0
    while chunk := source.read(_CHUNK):
        done += len(chunk)
        if done > most:
            raise SourceInvalid(problems=["A file unpacks to more than it says."])
        target.write(chunk)
    return done


def write(target: IO[bytes], texts: Mapping[str, bytes], files: Mapping[str, IO[bytes]]) -> None:
    """The same course gives the same bytes."""
    with zipfile.ZipFile(target, "w") as archive:
        for name in sorted(texts):
            archive.writestr(_entry(name, zipfile.ZIP_DEFLATED), texts[name])
        for name in sorted(files):
            with archive.open(_entry(f"files/{name}", zipfile.ZIP_STORED), "w") as entry:
                copied(files[name], entry, MAX_BYTES)


def _entry(name: str, compression: int) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name, _WHEN)
    entry.compress_type = compression
    entry.external_attr = 0o644 << 16
    return entry


def is_written_picture(head: bytes, whole: IO[bytes]) -> bool:
    """Whether a WebP has nothing but picture: the form `files.pictures` writes, which may come back
    byte for byte. Chunks as in https://developers.google.com/speed/webp/docs/riff_container."""
    if head[:4] != b"RIFF" or head[8:12] != b"WEBP":
        return False
    whole.seek(0, io.SEEK_END)
    size, place = whole.tell(), 12
    while place + 8 <= size:
        whole.seek(place)
        kind, length = whole.read(4), int.from_bytes(whole.read(4), "little")
        if kind not in (b"VP8 ", b"VP8L", b"VP8X", b"ALPH"):
            return False
        place += 8 + length + length % 2
    return place == size
