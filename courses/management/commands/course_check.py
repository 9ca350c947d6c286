"""Looks a course over: a folder, an archive, or the draft of a course here.

Exit code 0: nothing wrong (warnings may be). 1: errors. 2: it could not be read.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser

from courses import archives, linting
from courses.documents import Document
from courses.errors import SourceInvalid
from courses.models import Course
from courses.services import authoring, sources
from tutorme.core.errors import DomainError
from tutorme.core.management.operating import OperatorCommand


class Command(OperatorCommand):
    help = "Finds broken links, unreachable lessons, pictures without words, wrong keys."
    # Files can be looked over without a database.
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("course", help="A folder, a ZIP, or the slug of a course here.")

    def operate(self, options: dict[str, Any]) -> dict[str, Any]:
        try:
            document, files = _read(options["course"])
        except DomainError as error:
            problems = error.extras.get("problems", [error.detail])
            raise CommandError("\n".join(map(str, problems)), returncode=2) from error
        return {"findings": [row.as_json() for row in linting.findings(document, files)]}

    def lines(self, found: dict[str, Any]) -> Iterator[str]:
        for row in found["findings"]:
            yield f"{row['severity']}: {row['where']}: {row['text']} [{row['rule']}]"

    def is_wrong(self, found: dict[str, Any]) -> str:
        errors = sum(row["severity"] == linting.ERROR for row in found["findings"])
        return f"Errors: {errors}." if errors else ""


def _read(name: str) -> tuple[Document, frozenset[str]]:
    """Raises `SourceInvalid`."""
    path = Path(name)
    if path.is_dir():
        files = frozenset(file.name for file in (path / "files").glob("*"))
        return authoring.read_folder(path), files
    if path.is_file():
        with path.open("rb") as file:
            archive = archives.read(file)
            return sources.read(archive.texts), frozenset(archive.files)
    course = Course.objects.filter(slug=name).first()
    if course is None:
        raise SourceInvalid(problems=[f"{name} is no folder, no file and no course here"])
    named = course.files.exclude(draft=None).values_list("name", flat=True)
    return sources.document_for_files(course), frozenset(named)
