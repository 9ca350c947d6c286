"""Certificates as lists, the API and the public see them: read from the row, never recomputed."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from django.contrib.postgres.aggregates import ArrayAgg
from django.db.models import Count, Q
from django.utils.translation import gettext_lazy as _

from certificates import codes, mail_states
from certificates.credentials import LIST_BITS
from certificates.models import Certificate, Delivery, ImportRow, Learner, LearnerImport
from certificates.querysets import LearnerQuerySet
from tutorme.core import spreadsheets
from tutorme.core.row_security import as_system

_EPOCH = datetime(2026, 1, 1, tzinfo=UTC)
PROBLEMS = {
    "short-row": _("The row has fewer fields than the header."),
    "name-missing": _("The name is missing."),
    "name-too-long": _("The name has more than 120 characters."),
    "name-characters": _("The name holds characters that cannot be printed."),
    "email-invalid": _("This is not an e-mail address."),
    "website-invalid": _("This is not a website."),
    "organization-unknown": _(
        "No organisation has this website. Add it, then send the list again."
    ),
    "other-organization": _("This is not your organisation's website."),
    "repeated-in-file": _("The address stands in the file twice; the first row counts."),
    "address-taken": _("The address is in the course already, elsewhere."),
    "other-name": _("The address is in the course already, under another name."),
}

COLUMNS = (
    "id",
    "serial",
    "code",
    "state",
    "facts",
    "public_base_url",
    "job_id",
    "edition",
    "sealed_by",
    "held_at",
    "file_removed_at",
    "pdf_size",
    "issued_at",
    "revoked_at",
    "revoked_reason",
    "created_at",
)


def card(row: dict[str, Any]) -> dict[str, Any]:
    """The API's form of a row of COLUMNS."""
    facts = row["facts"]
    is_issued = row["state"] == Certificate.State.ISSUED
    return {
        "id": row["id"],
        "serial": row["serial"],
        "code": row["code"],
        "state": row["state"],
        "recipient": facts["recipient"],
        "course": facts["course"],
        "instructor": facts["instructor"],
        "issuer": facts["issuer"],
        "completed_on": facts["completed_on"],
        "extent": facts["extent"],
        "verify_url": f"{row['public_base_url']}/verify/{row['code']}/",
        "download_url": f"/api/v1/certificates/{row['id']}/download/" if is_issued else None,
        "size": row["pdf_size"],
        "job_id": row["job_id"],
        "organization": facts.get("organization", ""),
        "edition": row["edition"],
        "sealed_by": row["sealed_by"],
        "is_held": row["held_at"] is not None,
        "file_removed_at": row["file_removed_at"],
        "issued_at": row["issued_at"],
        "revoked_at": row["revoked_at"],
        "revoked_reason": row["revoked_reason"],
        "created_at": row["created_at"],
    }


@dataclass(frozen=True)
class Verified:
    """What anybody may know who holds the code: the printed facts and whether they still count."""

    state: str
    serial: str
    code: str
    recipient: str
    course: str
    instructor: str
    issuer: str
    completed_on: date
    extent: str
    issued_at: datetime
    revoked_at: datetime | None
    revoked_reason: str
    verify_url: str
    pdf_sha256: str
    organization: str
    sealed_by: str
    edition: int

    @property
    def is_valid(self) -> bool:
        return self.state == "valid"


@as_system("whoever has a certificate's code checks it without an account")
def verify(typed: str) -> Verified | None:
    """One look at the index, for a mistyped code as for a wrong one: the time tells nothing."""
    row = Certificate.objects.verifiable().filter(code=codes.normalized(typed)[:23]).first()
    if row is None:
        return None
    facts = row.facts
    return Verified(
        state="valid" if row.state == Certificate.State.ISSUED else row.state,
        serial=row.serial,
        code=row.code,
        recipient=facts["recipient"],
        course=facts["course"],
        instructor=facts["instructor"],
        issuer=facts["issuer"],
        completed_on=date.fromisoformat(facts["completed_on"]),
        extent=facts["extent"],
        issued_at=row.issued_at or row.created_at,
        revoked_at=row.revoked_at,
        revoked_reason=row.revoked_reason,
        verify_url=row.verify_url,
        pdf_sha256=row.pdf_sha256,
        organization=facts.get("organization", ""),
        sealed_by=row.sealed_by,
        edition=row.edition,
    )


def learner_card(row: Learner) -> dict[str, Any]:
    return {
        "id": row.pk,
        "name": row.name,
        "email": row.email,
        "state": row.state,
        "course": row.course_id,
        "course_name": row.course.name,
        "organization": row.organization_id,
        "enrolled_at": row.enrolled_at,
        "completed_at": row.completed_at,
        "last_error": row.last_error,
        "created_at": row.created_at,
    }


def learners(rows: LearnerQuerySet, *, state: str = "", text: str = "") -> LearnerQuerySet:
    """Those in a state, and with the text in their name or address."""
    found = rows.select_related("course").filter(state=state) if state else rows
    if text:
        found = found.filter(Q(name__icontains=text) | Q(email__icontains=text))
    return found.select_related("course").order_by("-created_at", "-pk")


def problems_of(batch: LearnerImport) -> list[dict[str, Any]]:
    """What is wrong with its rows, by cause, the most frequent first."""
    bad = batch.lines.filter(outcome=ImportRow.Outcome.BAD)
    grouped = bad.values("problem", "column").annotate(
        rows=Count("pk"), lines=ArrayAgg("line", order_by="line")
    )
    return [
        {**row, "lines": row["lines"][:10], "detail": problem_words(row["problem"])}
        for row in grouped.order_by("-rows", "problem")
    ]


def problem_words(problem: str) -> str:
    return str(PROBLEMS.get(problem, problem))


def problem_lines(batch: LearnerImport) -> Iterator[str]:
    """The bad rows as a CSV, each with its line, column and cause."""
    bad = batch.lines.filter(outcome=ImportRow.Outcome.BAD).order_by("line")
    head = ("line", "column", "problem", "name", "email", "organization_website")
    rows = (
        (row.line, row.column, problem_words(row.problem), row.name, row.email, row.website)
        for row in bad.iterator(chunk_size=500)
    )
    return spreadsheets.lines(head, rows)


def deliveries_of(certificate: Certificate) -> list[dict[str, Any]]:
    rows = list(certificate.deliveries.order_by("-created_at")[:50])
    states = mail_states.of([row.pk for row in rows])
    columns = ("recipient", "reason", "to_address", "as_link", "created_at")
    return [
        {
            "id": row.pk,
            **{name: getattr(row, name) for name in columns},
            "mail_state": states.get(row.pk, ""),
        }
        for row in rows
    ]


def last_to_contact(certificate_ids: Sequence[UUID]) -> dict[UUID, dict[str, Any]]:
    """The last sending of each to its organisation's contact, with what became of the mail."""
    rows = Delivery.objects.filter(
        certificate__in=certificate_ids, recipient=Delivery.Recipient.CONTACT
    )
    last = {row.certificate_id: row for row in rows.order_by("created_at")}
    states = mail_states.of([row.pk for row in last.values()])
    return {
        key: {
            "at": row.created_at,
            "to": row.to_address,
            "badge": mail_states.badge(states.get(row.pk, "")),
        }
        for key, row in last.items()
    }


@as_system("whoever has a certificate's code checks it without an account")
def taken_back(list_number: int) -> tuple[list[int], datetime]:
    """Status numbers of one public list that do not count any more, and when the last was added."""
    first = list_number * LIST_BITS
    rows = Certificate.objects.filter(
        status_number__gte=first, status_number__lt=first + LIST_BITS, revoked_at__isnull=False
    )
    found = list(rows.values_list("status_number", "revoked_at"))
    moments = [at for _, at in found if at is not None]
    return [number for number, _ in found], max(moments, default=_EPOCH)
