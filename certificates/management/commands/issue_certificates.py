"""Issues what should have been issued: completions that have no certificate, and failed prints."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.core.management.base import CommandParser
from django.db.models import QuerySet

from certificates.models import Certificate, ExternalCourse, Learner
from certificates.services import catching_up, issuing
from courses.models import Course, Enrollment
from tutorme.core.errors import DomainError, NotFound
from tutorme.core.management.operating import OperatorCommand
from tutorme.core.models import Job


class Command(OperatorCommand):
    help = "Issues certificates of completions that have none; run again, it issues no second one."
    changes = True

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--course", default="", help="only of this course: slug or Graphy's id")
        parser.add_argument("--retry-failed", action="store_true", help="print failed ones again")

    def operate(self, options: dict[str, Any]) -> dict[str, Any]:
        _refuse_unknown(options["course"])
        asked: dict[str, tuple[QuerySet[Any], Callable[[UUID], object]]] = {
            "enrollments": (_enrollments(options["course"]), issuing.issue),
            "learners": (_learners(options["course"]), issuing.issue_learner),
        }
        if options["retry_failed"]:
            asked["failed"] = (_failed(), _print_again)
        found = {name: list(rows.values_list("pk", flat=True)) for name, (rows, _) in asked.items()}
        counts: dict[str, Any] = {name: len(keys) for name, keys in found.items()}
        if options["dry_run"]:
            return {**counts, "dry_run": True}
        tried = (_tried(asked[name][1], key) for name, keys in found.items() for key in keys)
        return {**counts, "refused": [told for told in tried if told], "dry_run": False}

    def is_wrong(self, found: dict[str, Any]) -> str:
        return "Some could not be issued." if found.get("refused") else ""


def _refuse_unknown(course: str) -> None:
    """A slip of the pen would else read as nothing being owed."""
    ours = Course.objects.filter(slug=course)
    if course and not ours.exists() and not ExternalCourse.objects.filter(external_id=course):
        raise NotFound(f"Neither a course here nor one of Graphy's is called {course}.")


def _tried(issue: Callable[[UUID], object], key: UUID) -> dict[str, str] | None:
    try:
        issue(key)
    except DomainError as error:
        return {"id": str(key), "detail": str(error.detail)}
    return None


def _print_again(certificate_id: UUID) -> None:
    issuing.retry(certificate=Certificate.objects.get(pk=certificate_id), actor_id=None)


def _enrollments(course: str) -> QuerySet[Enrollment]:
    rows = catching_up.enrollments()
    return rows.filter(course__slug=course) if course else rows


def _learners(course: str) -> QuerySet[Learner]:
    rows = catching_up.learners()
    return rows.filter(course__external_id=course) if course else rows


def _failed() -> QuerySet[Certificate]:
    return Certificate.objects.filter(
        state=Certificate.State.PENDING, job__state=Job.State.FAILED
    ).order_by("pk")
