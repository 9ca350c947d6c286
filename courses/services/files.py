"""The files of a course: named by its lessons, uploaded once, shown when they are published."""

import re
from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.utils.text import slugify

from courses.documents import Document, lessons_of
from courses.errors import FileRefused
from courses.lesson_data import FILE_NAME
from courses.models import Course, CourseDraft, CourseFile
from courses.services import drafting
from courses.uploads import MATERIAL, PICTURE, VIDEO
from tutorme.core.errors import NotFound
from tutorme.core.files import storing
from tutorme.core.models import StoredFile

_PURPOSES = {purpose.name: purpose for purpose in (PICTURE, MATERIAL, VIDEO)}
_MENTION = re.compile(r"\bfiles/([a-z0-9][a-z0-9._-]{0,99})")
MAX_FILES = 500


def name_for(upload_name: str) -> str:
    """A name lessons can use, from whatever the file was called."""
    last = upload_name.replace("\\", "/").rsplit("/", 1)[-1]
    stem, dot, suffix = last.rpartition(".")
    plain = slugify(stem if dot else last)[:80] or "file"
    ending = re.sub("[^a-z0-9]", "", suffix.lower())[:8] if dot else ""
    return f"{plain}.{ending}" if ending else plain


def attach(*, course: Course, file_id: UUID, owner_id: UUID, name: str = "") -> CourseFile:
    """Makes an upload of `owner_id` a file of the draft, in the place of the one of that name.
    `FileRefused` for names lessons could not use and uploads that are for something else."""
    stored = StoredFile.objects.filter(pk=file_id, owner_id=owner_id).first()
    if stored is None:
        raise NotFound
    if stored.purpose not in _PURPOSES:
        raise FileRefused
    return place(course=course, stored=stored, name=name or name_for(stored.name))


def place(*, course: Course, stored: StoredFile, name: str) -> CourseFile:
    if not FILE_NAME.match(name):
        raise FileRefused
    with transaction.atomic():
        drafting.locked(course)
        if stored.owner_id:
            purpose = _PURPOSES[stored.purpose]
            storing.keep(stored.pk, owner_id=stored.owner_id, purpose=purpose)
        row = CourseFile.objects.filter(course=course, name=name).first()
        if row is None:
            if course.files.count() >= MAX_FILES:
                raise FileRefused
            row = CourseFile(course=course, name=name)
        before, row.draft = row.draft_id, stored
        row.save()
        _let_go([before])
        CourseDraft.objects.filter(pk=course.pk).update(is_changed=True)
    return row


def detach(*, file: CourseFile) -> None:
    """Out of the draft; learners keep the published one until the next publishing."""
    with transaction.atomic():
        drafting.locked(file.course)
        row = CourseFile.objects.select_for_update(of=("self",)).get(pk=file.pk)
        before, row.draft = row.draft_id, None
        if row.live_id is None:
            row.delete()
        else:
            row.save(update_fields=["draft"])
            CourseDraft.objects.filter(pk=row.course_id).update(is_changed=True)
        _let_go([before])


def publish(course: Course, new: Document) -> None:
    """Learners get the draft's files, for the lessons that name them. The caller holds the draft's
    row."""
    used = _used(new)
    cover = set(_MENTION.findall(new["facts"].get("description", "")))
    gone: list[UUID | None] = []
    for row in course.files.all():
        if row.draft_id is None:
            gone.append(row.live_id)
            row.delete()
            continue
        gone.append(row.live_id)
        row.live_id = row.draft_id
        row.used_in = sorted(used.get(row.name, ()))
        row.is_on_cover = row.name in cover
        row.save(update_fields=["live", "used_in", "is_on_cover"])
    _let_go(gone)


def _used(document: Document) -> dict[str, set[str]]:
    used: dict[str, set[str]] = {}
    for row in lessons_of(document):
        for name in named_in(row["body"], row["data"], row["quiz"]):
            used.setdefault(name, set()).add(row["id"])
    return used


def named_in(body: str, data: dict[str, Any], quiz: dict[str, Any] | None = None) -> set[str]:
    """Names of files a lesson speaks of."""
    named = {*_MENTION.findall(body), *_MENTION.findall(str(quiz or ""))}
    single = [data.get("file")]
    tracks = [track["file"] for track in data.get("captions", [])]
    return {name for name in (*named, *single, *tracks, *data.get("files", [])) if name}


def _let_go(stored: Iterable[UUID | None]) -> None:
    """Uploads no course points at any more are removed with their bytes."""
    for pk in {pk for pk in stored if pk}:
        if not CourseFile.objects.filter(Q(draft_id=pk) | Q(live_id=pk)).exists():
            storing.discard(pk)


def drop_all(course: Course) -> None:
    """Before the course itself goes."""
    rows = list(course.files.values_list("draft_id", "live_id"))
    course.files.all().delete()
    _let_go(pk for pair in rows for pk in pair)
