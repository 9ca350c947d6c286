"""What a row of a learner list would do, decided by what is there."""

from collections import Counter
from collections.abc import Iterable, Sequence
from uuid import UUID

from certificates.learner_lists import Line
from certificates.models import ImportRow, Learner, LearnerImport, Organization
from certificates.websites import host_of

Outcome = ImportRow.Outcome


def staged(batch: LearnerImport, lines: Sequence[Line]) -> list[ImportRow]:
    """In five queries, however many the rows."""
    hosts = {line.number: host_of(line.website) or "" for line in lines if not line.problem}
    organizations = _organizations(hosts.values())
    there = present(batch.course_id, [line.email for line in lines])
    seen: dict[str, Line] = {}
    rows = []
    for line in lines:
        organization = organizations.get(hosts.get(line.number, ""))
        problem, column = _found(batch, line, organization, seen)
        row = ImportRow(
            batch=batch,
            line=line.number,
            name=line.name,
            email=line.email,
            website=line.website,
            organization=organization,
            outcome=Outcome.BAD if problem else Outcome.GOOD,
            problem=problem,
            column=column,
        )
        if not problem and line.email in there:
            settle(row, there[line.email], is_anothers=True)
        seen.setdefault(line.email, line)
        rows.append(row)
    return rows


def _found(
    batch: LearnerImport, line: Line, organization: Organization | None, seen: dict[str, Line]
) -> tuple[str, str]:
    if line.problem:
        return line.problem, line.column
    if batch.organization_id is not None and (
        organization is None or organization.pk != batch.organization_id
    ):
        # A desk learns nothing of other organisations, not even that they are here.
        return "other-organization", "organization_website"
    if organization is None:
        return "organization-unknown", "organization_website"
    earlier = seen.get(line.email)
    if earlier is not None:
        return "repeated-in-file", "email"
    return "", ""


def _organizations(hosts: Iterable[str]) -> dict[str, Organization]:
    rows = Organization.objects.open().filter(website__in=set(hosts) - {""})
    return {row.website: row for row in rows}


def present(course_id: UUID, emails: Sequence[str]) -> dict[str, Learner]:
    """Who is in the course already, by address."""
    rows = Learner.objects.present().filter(course_id=course_id, email__in=set(emails))
    return {row.email: row for row in rows}


def settle(row: ImportRow, learner: Learner, *, is_anothers: bool) -> None:
    """A row whose address is in the course: let in by this list, there before and the same, or
    there before and another."""
    if not is_anothers:
        row.outcome, row.learner = Outcome.COMMITTED, learner
    elif learner.organization_id != row.organization_id:
        row.outcome, row.problem, row.column = Outcome.BAD, "address-taken", "email"
    elif learner.name != row.name:
        row.outcome, row.problem, row.column = Outcome.BAD, "other-name", "name"
    else:
        row.outcome = Outcome.KNOWN


def counted(rows: Iterable[ImportRow]) -> dict[str, int]:
    found = Counter(row.outcome for row in rows)
    return {
        "rows": sum(found.values()),
        "good_rows": found[Outcome.GOOD],
        "known_rows": found[Outcome.KNOWN],
        "bad_rows": found[Outcome.BAD],
    }
