"""What a lesson shows, by its kind: to learners what is published, to authors the draft.

Pages render `Body.template` with `Body` as `body`; the API answers with `as_json`.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.utils.safestring import SafeString

from courses.captions import MAX_BYTES, Cue, cues
from courses.embeds import Frame, frame_of
from courses.markdown import html_of
from courses.models import Course, CourseFile, Lesson, LessonDraft, LessonKind
from tutorme.core.files import blobs
from tutorme.core.models import StoredFile

# Where a file of the course is, for whoever the body is shown to.
Address = Callable[[str], str]
AnyLesson = Lesson | LessonDraft


@dataclass(frozen=True)
class Track:
    language: str
    label: str
    src: str


@dataclass(frozen=True)
class Attached:
    name: str
    href: str
    content_type: str
    size: int


@dataclass(frozen=True)
class Body:
    """`html` is safe. `frame` is a page of another site, shown once its reader asks for it."""

    kind: str
    title: str
    html: SafeString
    src: str = ""
    content_type: str = ""
    duration_seconds: int = 0
    tracks: tuple[Track, ...] = ()
    transcript: tuple[Cue, ...] = ()
    frame: Frame | None = None
    label: str = ""
    files: tuple[Attached, ...] = ()
    starts_at: datetime | None = None
    duration_minutes: int = 0
    join_url: str = ""
    watched: list[Any] = field(default_factory=list)

    @property
    def template(self) -> str:
        return f"courses/bodies/{self.kind}.html"


def body_of(lesson: AnyLesson, *, base: str, address: Address, live: bool = True) -> Body:
    """`base` is put before `files/…` in texts. At most one query, and none for texts."""
    plain = Body(lesson.kind, lesson.title, SafeString(html_of(lesson.body, base)))
    make = _MAKERS.get(LessonKind(lesson.kind))
    if make is None:
        return plain
    return Body(**{**vars(plain), **make(lesson, address, "live" if live else "draft")})


def _video(lesson: AnyLesson, address: Address, column: str) -> dict[str, Any]:
    data = lesson.data
    named = [data.get("file", ""), *(track["file"] for track in data.get("captions", []))]
    files = stored(lesson.course, named, column=column)
    tracks = [
        Track(row["language"], row["label"], address(row["file"]))
        for row in data.get("captions", [])
        if row["file"] in files
    ]
    video = files.get(data.get("file", ""))
    return {
        "src": address(data["file"]) if video else "",
        "content_type": video.content_type if video else "",
        "duration_seconds": data.get("duration_seconds", 0),
        "tracks": tuple(tracks),
        "transcript": _transcript(data, files),
        "frame": frame_of(data["url"]) if data.get("url") else None,
        "label": lesson.title,
    }


def _transcript(data: dict[str, Any], files: dict[str, StoredFile]) -> tuple[Cue, ...]:
    """The first track that is there, in words."""
    first = next((row["file"] for row in data.get("captions", []) if row["file"] in files), None)
    return said_in(files[first]) if first else ()


def said_in(file: StoredFile) -> tuple[Cue, ...]:
    """The words of a file of captions."""
    if file.size > MAX_BYTES:
        return ()
    try:
        content = blobs.path_of(file.key).read_bytes()
    except FileNotFoundError:
        return ()
    return tuple(cues(content.decode("utf-8", "replace").removeprefix("\ufeff")))


def _files(lesson: AnyLesson, address: Address, column: str) -> dict[str, Any]:
    names = lesson.data.get("files", [])
    files = stored(lesson.course, names, column=column)
    return {
        "files": tuple(
            Attached(name, address(name), files[name].content_type, files[name].size)
            for name in names
            if name in files
        )
    }


def _embed(lesson: AnyLesson, address: Address, column: str) -> dict[str, Any]:
    data = lesson.data
    return {
        "frame": frame_of(data["url"]) if data.get("url") else None,
        "label": data.get("label") or lesson.title,
    }


def _live(lesson: AnyLesson, address: Address, column: str) -> dict[str, Any]:
    data = lesson.data
    moment = data.get("starts_at")
    return {
        "starts_at": datetime.fromisoformat(moment) if moment else None,
        "duration_minutes": data.get("duration_minutes", 0),
        "join_url": data.get("join_url", ""),
    }


_MAKERS: dict[LessonKind, Callable[[Any, Address, str], dict[str, Any]]] = {
    LessonKind.VIDEO: _video,
    LessonKind.FILE: _files,
    LessonKind.EMBED: _embed,
    LessonKind.LIVE: _live,
}


def stored(course: Course, names: list[str], *, column: str) -> dict[str, StoredFile]:
    """By the name lessons use; `column` is live or draft."""
    wanted = [name for name in names if name]
    if not wanted:
        return {}
    rows = CourseFile.objects.filter(course=course, name__in=wanted).select_related(column)
    return {row.name: getattr(row, column) for row in rows if getattr(row, column)}


def as_json(body: Body) -> dict[str, Any]:
    """Beside the text: what only this kind has, with addresses that can be opened."""
    shown: dict[str, dict[str, Any]] = {
        "video": {
            "src": body.src,
            "content_type": body.content_type,
            "duration_seconds": body.duration_seconds,
            "captions": [vars(track) for track in body.tracks],
            "embed": body.frame.src if body.frame else "",
        },
        "file": {"files": [vars(row) for row in body.files]},
        "embed": {"src": body.frame.src if body.frame else "", "label": body.label},
        "live": {
            "starts_at": body.starts_at,
            "duration_minutes": body.duration_minutes,
            "join_url": body.join_url,
        },
    }
    return shown.get(body.kind, {})
