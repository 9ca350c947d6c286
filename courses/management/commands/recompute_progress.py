"""Counts every learner's progress again from the lessons they completed."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from courses.models import Course
from courses.services import learning


class Command(BaseCommand):
    help = "Recounts progress; prints how many enrolments said something else."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--course", metavar="SLUG")
        parser.add_argument("--dry-run", action="store_true")

    def handle(self, *_args: Any, **options: Any) -> None:
        course = Course.objects.get(slug=options["course"]) if options["course"] else None
        differing = learning.recompute(course=course, dry_run=options["dry_run"])
        self.stdout.write(f"differences: {differing}")
