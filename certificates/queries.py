"""Certificates as lists, the API and the public see them: read from the row, never recomputed."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from certificates import codes
from certificates.models import Certificate

COLUMNS = (
    "id",
    "serial",
    "code",
    "state",
    "facts",
    "public_base_url",
    "job_id",
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
