"""Looks a course over: a folder, an archive, or the draft of a course here.

Exit code 0: nothing wrong (warnings may be). 1: errors. 2: it could not be read.
"""

import json
import sys
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from courses import archives, linting
from courses.documents import Document
from courses.errors import SourceInvalid
from courses.models import Course
from courses.services import authoring, sources
from tutorme.core.errors import DomainError


class Command(BaseCommand):
    help = "Finds broken links, unreachable lessons, pictures without words, wrong keys."
    # Files can be looked over without a database.
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("course", help="A folder, a ZIP, or the slug of a course here.")
        parser.add_argument("--json", action="store_true")

    def handle(self, *_args: Any, **options: Any) -> None:
        try:
            document, files = _read(options["course"])
        except DomainError as error:
            problems = list(map(str, error.extras.get("problems", [error.detail])))
            self._say({"error": problems}, problems, as_json=options["json"])
            sys.exit(2)
        found = linting.findings(document, files)
        rows = [f"{row.severity}: {row.where}: {row.text} [{row.rule}]" for row in found]
        self._say({"findings": [row.as_json() for row in found]}, rows, as_json=options["json"])
        sys.exit(1 if any(row.severity == linting.ERROR for row in found) else 0)

    def _say(self, whole: dict[str, Any], rows: list[str], *, as_json: bool) -> None:
        self.stdout.write(json.dumps(whole, ensure_ascii=False) if as_json else "\n".join(rows))


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
