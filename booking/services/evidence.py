"""What speaks for a lesson where its payer complains at the provider: what was agreed, what became
of it, and who was in its room."""

from collections.abc import Iterator
from datetime import UTC, datetime

from booking.models import Booking
from booking.services import presence


def of_booking(row: Booking) -> list[str]:
    """Lines in order, with times in UTC."""
    return [_agreed(row), *_changes(row), *_presences(row)]


def _agreed(row: Booking) -> str:
    people = f"{row.student.display_name} with {row.tutor.display_name}"
    return f"{_at(row.starts_at)} to {_at(row.ends_at)}: {row.lesson_type}, {people}"


def _changes(row: Booking) -> Iterator[str]:
    for change in row.changes.select_related("actor").order_by("pk"):
        yield f"{_at(change.created_at)} {change.state} {change.reason}".rstrip()


def _presences(row: Booking) -> Iterator[str]:
    people = {row.tutor_id: row.tutor.display_name, row.student_id: row.student.display_name}
    seen = sorted(
        (at, name, joined) for pk, name in people.items() for at, joined in presence.marks(row, pk)
    )
    for at, name, joined in seen:
        yield f"{_at(at)} {name} {'came into' if joined else 'left'} the room"


def _at(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"
