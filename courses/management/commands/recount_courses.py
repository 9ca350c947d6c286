"""Counts learners and ratings of courses again from the rows they count."""

from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from django.core.management.base import CommandParser

from courses.management.recounting import course_named
from courses.services import counting
from tutorme.core.management.operating import OperatorCommand


class Command(OperatorCommand):
    help = "Recounts courses; prints how many said something else."
    changes = True

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--course", metavar="SLUG", default="")

    def operate(self, options: dict[str, Any]) -> dict[str, Any]:
        course = course_named(options["course"])
        rows = [asdict(row) for row in counting.recount(course=course, dry_run=options["dry_run"])]
        return {"differences": len(rows), "courses": rows}

    def lines(self, found: dict[str, Any]) -> Iterator[str]:
        for row in found["courses"]:
            yield f"{row['course']}: {row['kept']} -> {row['counted']}"
        yield f"differences: {found['differences']}"
