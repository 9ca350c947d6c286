"""Loads the demo: courses, people and their histories."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from tutorme.web.demo.seeding import seed


class Command(BaseCommand):
    help = "Adds the demo's courses and people; safe to run again. Refused outside development."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--anyway", action="store_true", help="also where DEBUG is off (known passwords!)"
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        if not (settings.DEBUG or settings.SANDBOX_URL or options["anyway"]):
            raise CommandError("The demo has known passwords: not without --anyway here.")
        report = seed()
        self.stdout.write(
            f"demo: {report.people} people, {report.courses} courses, "
            f"{report.histories} histories, "
            f"{report.opinions} opinions and {report.sales} sales added"
        )
