"""Counts every learner's progress again from the lessons they completed."""

import json
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from courses.models import Course
from courses.services import recomputing


class Command(BaseCommand):
    help = "Recounts progress; prints how many enrolments said something else."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--course", metavar="SLUG")
        parser.add_argument("--dry-run", action="store_true")
        parser.add_argument("--json", action="store_true")

    def handle(self, *_args: Any, **options: Any) -> None:
        course = Course.objects.get(slug=options["course"]) if options["course"] else None
        differing = recomputing.recompute(course=course, dry_run=options["dry_run"])
        if options["json"]:
            rows = [{**asdict(row), "enrollment": str(row.enrollment)} for row in differing]
            self.stdout.write(json.dumps({"differences": len(rows), "enrollments": rows}))
            return
        self.stdout.write(f"differences: {len(differing)}")
