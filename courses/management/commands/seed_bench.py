"""Fills a database for measuring. Never where real people are."""

from typing import Any

from django.conf import settings
from django.core.management.base import CommandError, CommandParser

from courses.management import bench_rows
from tutorme.core.management.operating import OperatorCommand


class Command(OperatorCommand):
    help = "Adds courses, learners and their progress in the number the speed goals are meant for."
    alone = True

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument(
            "--scale", type=float, default=1.0, help="1 is 20,000 courses and a million learners"
        )

    def operate(self, options: dict[str, Any]) -> dict[str, Any]:
        if "production" in str(settings.SETTINGS_MODULE) or not (settings.DEBUG or _alone()):
            raise CommandError("Only in development, and in a database whose name says bench.")
        if not 0 < options["scale"] <= 10:
            raise CommandError("The scale is more than 0 and at most 10.")
        sizes = bench_rows.Sizes.at(options["scale"])
        there = bench_rows.present()
        if there is None:
            bench_rows.fill(sizes)
            return {"filled": str(sizes)}
        if there != sizes:
            raise CommandError(f"There is another scale already: {there}. Take a fresh database.")
        return {"there already": str(there)}


def _alone() -> bool:
    """A test's database, or one that is for measuring and says so."""
    name = str(settings.DATABASES["default"]["NAME"])
    return "bench" in name or "test" in name
