"""Counts every learner's progress again from the lessons they completed."""

from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from django.core.management.base import CommandParser

from courses.management.recounting import course_named
from courses.services import recomputing
from tutorme.core.management.operating import OperatorCommand


class Command(OperatorCommand):
    help = "Recounts progress; prints how many enrolments said something else."
    changes = True

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--course", metavar="SLUG", default="")

    def operate(self, options: dict[str, Any]) -> dict[str, Any]:
        course = course_named(options["course"])
        differing = recomputing.recompute(course=course, dry_run=options["dry_run"])
        rows = [{**asdict(row), "enrollment": str(row.enrollment)} for row in differing]
        return {"differences": len(rows), "enrollments": rows}

    def lines(self, found: dict[str, Any]) -> Iterator[str]:
        yield f"differences: {found['differences']}"
