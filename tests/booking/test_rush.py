"""The bench's look into the database after a rush sees what it is there to see."""

import pytest
from django.db import connection

from accounts.models import User
from bench import contention
from booking.models import Booking, LessonType
from tests.booking.conftest import held

pytestmark = pytest.mark.django_db


def seen() -> dict[str, int]:
    connection.ensure_connection()
    return dict(contention.overlaps(connection.connection))


@pytest.mark.parametrize("whose", ["tutor", "student"])
def test_lessons_that_overlap_are_counted(
    sam: User, otto: User, orla: User, lesson: LessonType, whose: str
) -> None:
    """Without the constraint that would have refused the second."""
    row = held(sam, lesson)
    assert seen() == {"tutor": 0, "student": 0}
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(f"ALTER TABLE booking_booking DROP CONSTRAINT booking_{whose}_once")
    row.pk, row._state.adding = None, True
    if whose == "tutor":
        row.student = otto
    else:
        row.tutor = orla
    row.save(force_insert=True)
    assert Booking.objects.count() == 2
    assert seen() == {"tutor": 0, "student": 0, whose: 1}
