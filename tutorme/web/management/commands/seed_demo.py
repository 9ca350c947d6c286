"""Loads the demo: courses, people and their histories."""

from typing import Any

from django.conf import settings
from django.core.management.base import CommandError, CommandParser

from tutorme.core.management.operating import OperatorCommand
from tutorme.web.demo.seeding import seed


class Command(OperatorCommand):
    help = "Adds the demo's courses and people; safe to run again. Refused outside development."
    alone = True

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument(
            "--anyway", action="store_true", help="also where DEBUG is off (known passwords!)"
        )

    def operate(self, options: dict[str, Any]) -> dict[str, Any]:
        if not (settings.DEBUG or settings.SANDBOX_URL or options["anyway"]):
            raise CommandError("The demo has known passwords: not without --anyway here.")
        report = seed()
        return {
            "demo": {
                "people": report.people,
                "courses": report.courses,
                "histories": report.histories,
                "opinions": report.opinions,
                "sales": report.sales,
            }
        }
