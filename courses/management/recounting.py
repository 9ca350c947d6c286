"""Counts that are kept beside their rows are proved by counting again: one shape of command."""

from abc import abstractmethod
from collections.abc import Iterator
from typing import Any

from courses.models import Course
from tutorme.core.errors import NotFound
from tutorme.core.management.operating import OperatorCommand


class RecountCommand(OperatorCommand):
    """Prints how many said something else, and puts them right unless it is a dry run."""

    changes = True

    @abstractmethod
    def recount(self, *, dry_run: bool) -> int: ...

    def operate(self, options: dict[str, Any]) -> dict[str, Any]:
        dry_run = options["dry_run"]
        return {"differences": self.recount(dry_run=dry_run), "dry_run": dry_run}

    def lines(self, found: dict[str, Any]) -> Iterator[str]:
        yield f"differences: {found['differences']}"


def course_named(slug: str) -> Course | None:
    """The one course that was asked for; None where nothing was. Raises `NotFound`."""
    if not slug:
        return None
    course = Course.objects.filter(slug=slug).first()
    if course is None:
        raise NotFound(f"There is no course {slug}.")
    return course
