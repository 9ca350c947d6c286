"""Writes a course's draft as files."""

from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser

from courses.models import Course
from courses.services import transfers
from tutorme.core.management.operating import OperatorCommand


class Command(OperatorCommand):
    help = "Writes the draft of a course into a new folder: course.yaml, lessons/, files/."

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("slug")
        parser.add_argument("folder", type=Path)

    def operate(self, options: dict[str, Any]) -> dict[str, Any]:
        course = Course.objects.filter(slug=options["slug"]).first()
        if course is None:
            raise CommandError(f"There is no course {options['slug']}.")
        try:
            transfers.export_folder(course=course, folder=options["folder"])
        except FileExistsError as error:
            raise CommandError(f"{options['folder']} is not empty.") from error
        return {"written": str(options["folder"])}
