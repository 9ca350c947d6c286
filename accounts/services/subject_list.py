"""Subjects that come as a list: added where they are missing, left alone where they are."""

from typing import Any

from accounts.models import Subject
from tutorme.core.errors import InvalidInput


def add_missing(rows: Any, *, dry_run: bool = False) -> list[str]:
    """The slugs that were added, or would be. Raises `InvalidInput` for a list of another shape,
    before anything is written."""
    listed = [_subject(row, number) for number, row in enumerate(_as_list(rows))]
    there = set(Subject.objects.values_list("slug", flat=True))
    missing = {row.slug: row for row in listed if row.slug not in there}
    if not dry_run:
        Subject.objects.bulk_create(missing.values(), ignore_conflicts=True)
    return sorted(missing)


def _as_list(rows: Any) -> list[Any]:
    if not isinstance(rows, list):
        raise InvalidInput(errors=[_wrong("", "The file is a list of subjects.")])
    return rows


def _subject(row: Any, number: int) -> Subject:
    fits = isinstance(row, list) and len(row) == 4 and all(isinstance(word, str) for word in row)
    if not fits or row[2] not in Subject.Family.values:
        families = ", ".join(Subject.Family.values)
        told = f"A subject is slug, name, family ({families}), other words."
        raise InvalidInput(told, errors=[_wrong(f"/{number}", told)])
    slug, name, family, also = row
    return Subject(slug=slug, name=name, family=family, also=also)


def _wrong(pointer: str, detail: str) -> dict[str, str]:
    return {"pointer": pointer, "code": "invalid", "detail": detail}
