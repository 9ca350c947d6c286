"""The counters of courses against the rows they count."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Count, Q

from courses.models import Course
from courses.services import ratings

COUNTERS = ("enrollment_count", *(f"rated_{stars}" for stars in range(1, 6)))


@dataclass(frozen=True)
class Difference:
    course: str
    kept: dict[str, int]
    counted: dict[str, int]


def recount(*, course: Course | None = None, dry_run: bool = False) -> list[Difference]:
    """Those that said something else, and mended unless `dry_run`. Each course under its own lock,
    which whoever counts takes too."""
    rows = Course.objects.filter(pk=course.pk) if course else Course.objects.all()
    keys = rows.order_by("pk").values_list("pk", flat=True)
    found = [_recount_one(pk, dry_run=dry_run) for pk in keys.iterator(chunk_size=500)]
    differing = [row for row in found if row]
    if differing and not dry_run:
        ratings.rerank()
    return differing


def _recount_one(course_id: UUID, *, dry_run: bool) -> Difference | None:
    with transaction.atomic():
        row = Course.objects.select_for_update(no_key=True).get(pk=course_id)
        kept, counted = {name: getattr(row, name) for name in COUNTERS}, _counted(course_id)
        if kept == counted:
            return None
        if not dry_run:
            Course.objects.filter(pk=course_id).update(**counted)
        return Difference(row.slug, kept, counted)


def _counted(course_id: UUID) -> dict[str, int]:
    standing = Q(ratings__is_hidden=False)
    stars = {
        f"n_{n}": Count("ratings", filter=standing & Q(ratings__rating=n)) for n in range(1, 6)
    }
    row: dict[str, Any] = Course.objects.filter(pk=course_id).aggregate(**stars)
    places = Course.objects.filter(pk=course_id, enrollments__state__in=("active", "completed"))
    rated = {f"rated_{n}": row[f"n_{n}"] for n in range(1, 6)}
    return {"enrollment_count": places.count(), **rated}
