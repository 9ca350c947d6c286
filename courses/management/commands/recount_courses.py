"""Counts learners and ratings of courses again from the rows they count."""

import json
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from courses.models import Course
from courses.services import counting


class Command(BaseCommand):
    help = "Recounts courses; prints how many said something else."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--course", metavar="SLUG")
        parser.add_argument("--dry-run", action="store_true")
        parser.add_argument("--json", action="store_true")

    def handle(self, *_args: Any, **options: Any) -> None:
        course = Course.objects.get(slug=options["course"]) if options["course"] else None
        differing = counting.recount(course=course, dry_run=options["dry_run"])
        if options["json"]:
            rows = [asdict(row) for row in differing]
            self.stdout.write(json.dumps({"differences": len(rows), "courses": rows}))
            return
        for row in differing:
            self.stdout.write(f"{row.course}: {row.kept} -> {row.counted}")
        self.stdout.write(f"differences: {len(differing)}")
