"""Courses coming in and going out as archives and folders. Files are stored first, unkept; the
course and what it points at are written in one transaction at the end."""

import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import IO, Any
from uuid import UUID

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from PIL import Image

from courses import archives, source_files
from courses.archives import Archive
from courses.documents import Document
from courses.errors import SourceInvalid
from courses.lesson_data import FILE_NAME
from courses.models import Course
from courses.services import drafting, sources
from courses.services.files import place
from courses.uploads import EXPORT, MATERIAL, PICTURE, VIDEO, WRITTEN_PICTURE
from tutorme.core.errors import DomainError, NotFound
from tutorme.core.files import blobs, storing
from tutorme.core.files.sniffing import HEAD, kind_of
from tutorme.core.models import StoredFile

Stored = dict[str, StoredFile]


# In --------------------------------------------------------------------------------------------


@contextmanager
def opened_archive(file_id: UUID) -> Iterator[Archive]:
    row = StoredFile.objects.filter(pk=file_id).first()
    if row is None:
        raise NotFound
    with blobs.path_of(row.key).open("rb") as file:
        yield archives.read(file)


def store_archive(archive: Archive, *, owner_id: UUID) -> Stored:
    """Its files, each as if it had been uploaded."""
    stored: Stored = {}
    for name in archive.files:
        with archive.opened(name) as source:
            stored[name] = _stored(name, source, archive.size(name), owner_id)
    return stored


def store_folder(folder: Path, *, owner_id: UUID) -> Stored:
    stored: Stored = {}
    for path in sorted((folder / "files").glob("*")):
        if path.is_symlink() or not path.is_file() or not FILE_NAME.match(path.name):
            raise SourceInvalid(problems=[f"files/{path.name[:80]} is not a file lessons can use"])
        with path.open("rb") as source:
            stored[path.name] = _stored(path.name, source, path.stat().st_size, owner_id)
    return stored


def _stored(name: str, source: IO[bytes], size: int, owner_id: UUID) -> StoredFile:
    with tempfile.TemporaryFile() as copy:
        archives.copied(source, copy, size)
        purpose = next(
            (each for each in (PICTURE, VIDEO) if kind_of(copy, "", each.kinds)), MATERIAL
        )
        if purpose is PICTURE and _is_ours(copy):
            purpose = WRITTEN_PICTURE
        copy.seek(0)
        upload: UploadedFile[bytes] = UploadedFile(copy, name=name, size=size)
        try:
            return storing.store(owner_id=owner_id, purpose=purpose, upload=upload)
        except DomainError as error:
            raise SourceInvalid(problems=[f"files/{name}: {error.detail}"]) from error


def _is_ours(file: IO[bytes]) -> bool:
    """A picture as this site writes it: nothing but picture, small enough, and it opens."""
    file.seek(0)
    if not archives.is_written_picture(file.read(HEAD), file):
        return False
    file.seek(0)
    try:
        with Image.open(file, formats=["WEBP"]) as image:
            longest = PICTURE.picture.longest_side if PICTURE.picture else 0
            if max(image.size) > longest:
                return False
            image.load()
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        return False
    return True


def bring_in(
    *,
    document: Document,
    stored: Stored,
    author: Any,
    course: Course | None = None,
    new_id: UUID | None = None,
) -> Course:
    """A new course of `author`'s, or the draft of `course`, made of what was read."""
    with transaction.atomic():
        if course is None:
            slug = document["slug"]
            course = drafting.create_course(
                author=author, facts=document["facts"], slug=slug, course_id=new_id
            )
        for name, file in stored.items():
            _place_once(course, name, file)
        sources.load_draft(course=course, document=document, actor_id=author.pk)
    course.refresh_from_db()
    return course


def _place_once(course: Course, name: str, file: StoredFile) -> None:
    """The same bytes under the same name stay the row they were."""
    before = course.files.filter(name=name).select_related("draft").first()
    if before and before.draft and before.draft.sha256 == file.sha256:
        storing.discard(file.pk)
    else:
        place(course=course, stored=file, name=name)


# Out -------------------------------------------------------------------------------------------


def texts_of(course: Course) -> dict[str, bytes]:
    return source_files.render(sources.document_for_files(course))


@contextmanager
def opened_files(course: Course) -> Iterator[Mapping[str, IO[bytes]]]:
    rows = course.files.exclude(draft=None).select_related("draft")
    with ExitStack() as stack:
        yield {
            row.name: stack.enter_context(blobs.path_of(row.draft.key).open("rb"))
            for row in rows
            if row.draft
        }


def export_archive(*, course: Course, owner_id: UUID) -> StoredFile:
    """The draft as an archive, there for a day."""
    with tempfile.TemporaryFile() as target:
        with opened_files(course) as files:
            archives.write(target, texts_of(course), files)
        size = target.tell()
        target.seek(0)
        upload: UploadedFile[bytes] = UploadedFile(target, name=f"{course.slug}.zip", size=size)
        return storing.store(owner_id=owner_id, purpose=EXPORT, upload=upload)


def export_folder(*, course: Course, folder: Path) -> None:
    """Written beside and then put in place, so that nothing is half there. `FileExistsError` where
    something else stands already."""
    if folder.exists() and any(folder.iterdir()):
        raise FileExistsError(folder)
    folder.parent.mkdir(parents=True, exist_ok=True)
    beside = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
    try:
        for name, content in texts_of(course).items():
            (beside / name).parent.mkdir(exist_ok=True)
            (beside / name).write_bytes(content)
        with opened_files(course) as files:
            for name, file in files.items():
                (beside / "files").mkdir(exist_ok=True)
                with (beside / "files" / name).open("wb") as target:
                    shutil.copyfileobj(file, target)
        beside.chmod(0o755)
        beside.replace(folder)
    finally:
        shutil.rmtree(beside, ignore_errors=True)
