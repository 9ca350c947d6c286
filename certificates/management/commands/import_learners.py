"""Brings a list of learners in from the command line: checked, then committed, by the same jobs."""

import time
from collections import Counter
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import CommandError, CommandParser

from accounts.models import User
from certificates import learner_lists, queries
from certificates.models import ExternalCourse, ImportRow, LearnerImport, Organization
from certificates.services import imports, staging
from certificates.websites import host_of
from tutorme.core import jobs
from tutorme.core.errors import DomainError
from tutorme.core.management.operating import OperatorCommand
from tutorme.core.models import Job

_PATIENCE_S = 300


class Command(OperatorCommand):
    help = "Imports learners of a CSV file into an external course. The same file again: the same."
    changes = True

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("file", type=Path)
        parser.add_argument("--course", required=True, help="the external course's id on Graphy")
        parser.add_argument("--by", required=True, metavar="EMAIL", help="in whose name")
        parser.add_argument("--organization", default="", metavar="WEBSITE", help="no other's rows")
        parser.add_argument("--encoding", default="", choices=["", *learner_lists.ENCODINGS])
        parser.add_argument("--delimiter", default="", help="one character; found if not given")
        parser.add_argument("--valid-rows-only", action="store_true", help="leave bad rows out")

    def operate(self, options: dict[str, Any]) -> dict[str, Any]:
        course, organization, actor = _named(options)
        data = options["file"].read_bytes()
        how = {"encoding": options["encoding"], "delimiter": options["delimiter"]}
        if options["dry_run"]:
            return _looked_at(LearnerImport(course=course, organization=organization), data, how)
        batch = imports.start(
            course=course, organization=organization, actor_id=actor.pk, data=data, **how
        )
        _carry_out(batch)
        if batch.state == LearnerImport.State.CHECKED:
            only = options["valid_rows_only"]
            try:
                batch = imports.commit(batch=batch, actor_id=actor.pk, valid_rows_only=only)
            except DomainError as error:
                return {**_told(batch), "refused": str(error.detail)}
            _carry_out(batch)
        return _told(batch)

    def is_wrong(self, found: dict[str, Any]) -> str:
        if found["state"] == "dry-run":
            return "Some rows are wrong." if found["bad_rows"] else ""
        if found["state"] == LearnerImport.State.COMMITTED:
            return ""
        return found.get("refused") or f"It was not let in: {found['state']}."


def _named(options: dict[str, Any]) -> tuple[ExternalCourse, Organization | None, User]:
    course = ExternalCourse.objects.open().filter(external_id=options["course"]).first()
    actor = User.objects.filter(email__iexact=options["by"], is_active=True).first()
    if course is None or actor is None or not actor.is_admin:
        raise CommandError("There is no such course, or no such person who runs the site.")
    website = options["organization"]
    organization = Organization.objects.open().filter(website=host_of(website) or "").first()
    if website and organization is None:
        raise CommandError("No organisation has this website.")
    return course, organization, actor


def _looked_at(batch: LearnerImport, data: bytes, how: dict[str, str]) -> dict[str, Any]:
    """What the check would say, with nothing written."""
    table = learner_lists.read(data, most_rows=settings.MAX_CSV_ROWS, **how)
    rows = staging.staged(batch, table.lines)
    bad = Counter((row.problem, row.column) for row in rows if row.outcome == ImportRow.Outcome.BAD)
    problems = [
        {"rows": count, "column": column, "detail": queries.problem_words(problem)}
        for (problem, column), count in bad.most_common()
    ]
    return {"state": "dry-run", **staging.counted(rows), "problems": problems}


def _carry_out(batch: LearnerImport) -> None:
    """Its job, here; or waits for the worker that was quicker."""
    assert batch.job_id is not None
    until = time.monotonic() + _PATIENCE_S
    while not Job.objects.get(pk=batch.job_id).is_final:
        if not jobs.run(batch.job_id):
            time.sleep(0.2)
        if time.monotonic() > until:
            raise CommandError("Its job has not ended yet; ask again later with the same file.")
    batch.refresh_from_db()


def _told(batch: LearnerImport) -> dict[str, Any]:
    columns = ("rows", "good_rows", "known_rows", "bad_rows")
    return {
        "import": str(batch.pk),
        "state": batch.state,
        **{name: getattr(batch, name) for name in columns},
        "problems": [
            {"rows": row["rows"], "column": row["column"], "detail": row["detail"]}
            for row in queries.problems_of(batch)
        ],
        **({"refused": batch.problem["detail"]} if batch.problem else {}),
    }
