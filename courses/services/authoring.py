"""Courses from folders, and counting learners after a course changed."""

from pathlib import Path
from typing import Any

from django.db import transaction

from courses import source_files
from courses.documents import Document
from courses.models import Course
from courses.services import drafting, publishing, recomputing, sources

publish = publishing.publish
_MAX_FILE = 400_000


def read_folder(folder: Path) -> Document:
    """Raises `SourceInvalid` with every problem found, not only the first."""
    names = [
        folder / source_files.MANIFEST,
        folder / source_files.BANK,
        *sorted(folder.glob("lessons/*")),
    ]
    files = {
        str(path.relative_to(folder)): path.read_bytes()
        for path in names
        if path.is_file() and not path.is_symlink() and path.stat().st_size <= _MAX_FILE
    }
    return sources.read(files)


def load_course(folder: Path, *, instructor: Any) -> Course:
    """Creates the course of a folder as a draft, or brings its draft up to its files. Loading the
    same files twice changes nothing; learners see it when it is published."""
    document = read_folder(folder)
    with transaction.atomic():
        course = _course(document, instructor)
        sources.load_draft(course=course, document=document, actor_id=instructor.pk)
    course.refresh_from_db()
    return course


def _course(document: Document, instructor: Any) -> Course:
    found = Course.objects.filter(slug=document["slug"]).first()
    if found:
        return found
    return drafting.create_course(author=instructor, facts=document["facts"], slug=document["slug"])


def recount_learners(course_id: Any) -> int:
    """After publishing: everybody's percent against the course as it is now."""
    course = Course.objects.get(pk=course_id)
    return len(recomputing.recompute(course=course))
