"""What speaks for a course where its payer complains at the provider: when it was opened to them,
and what they did in it."""

from collections.abc import Iterator
from datetime import UTC, datetime
from uuid import UUID

from courses.models import Enrollment


def of_course(order_id: UUID) -> list[str]:
    """Lines in order, with times in UTC; none where nobody was enrolled for this order."""
    row = Enrollment.objects.filter(order_id=order_id).select_related("course", "user").first()
    return [] if row is None else [*_lines(row)]


def _lines(row: Enrollment) -> Iterator[str]:
    yield f"{_at(row.created_at)} {row.course.title} was opened to {row.user.display_name}"
    done = row.progress.exclude(completed_at=None).select_related("lesson").order_by("completed_at")
    for step in done:
        assert step.completed_at is not None
        yield f"{_at(step.completed_at)} completed: {step.lesson.title}"
    if row.completed_at:
        yield f"{_at(row.completed_at)} completed the course"


def _at(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"
