"""Lessons an admin moves or calls off: money is shown first, both are told, it is traced."""

from datetime import datetime, timedelta
from functools import partial

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from booking.errors import BookingOver, SlotTaken
from booking.models import Booking, LessonType
from booking.services import cancelling, moving
from booking.walltime import changes_of
from payments.services import refunds
from tests import cast
from tests.booking.conftest import held, hour
from tests.booking.test_paying import paid
from tutorme.core.bulk import By, known
from tutorme.core.errors import NotAllowed
from tutorme.core.models import AuditEntry

pytestmark = pytest.mark.django_db
LIST = "/admin/booking/booking/"


@pytest.fixture
def adas(client: Client, ada: User) -> Client:
    client.force_login(ada)
    return cast.confirmed(client)


def chosen(action: str, row: Booking, **more: str) -> dict[str, str]:
    return {"action": action, "_selected_action": str(row.pk), **more}


def test_half_goes_back_and_both_are_told(
    adas: Client, sam: User, tess: User, ada: User, lesson: LessonType, sandbox, drain
) -> None:
    row = held(sam, lesson, hour(4, 10))
    order = paid(sandbox, drain, row)
    asked = adas.post(LIST, chosen("cancel", row)).text
    assert "50%: €15.00 to the student, €15.00 stay paid" in asked
    given = chosen("cancel", row, asked="1", counted="1", refund_percent="50")
    assert "required" in adas.post(LIST, given).text
    row.refresh_from_db()
    assert row.state == Booking.State.CONFIRMED
    adas.post(LIST, {**given, "reason": "The room burnt down"})
    drain()
    row.refresh_from_db()
    order.refresh_from_db()
    assert row.state == Booking.State.CANCELLED_BY_PLATFORM
    assert refunds.left_of(order).minor == 1500
    told = [mail["to"][0] for mail in sandbox.mails() if mail["subject"].startswith("Cancelled")]
    assert sorted(told) == sorted([sam.email, tess.email])
    noted = AuditEntry.objects.get(action="booking.cancelled")
    assert (noted.actor, noted.reason) == (ada, "The room burnt down")
    assert noted.after == {"refund_percent": 50, "as_credit": False}
    theirs = Client()
    theirs.force_login(sam)
    page = theirs.get(reverse("lesson-booking", args=[row.pk]))
    assert "The room burnt down" in page.text


def test_money_asks_who_is_there(client: Client, ada: User, sam: User, free: LessonType) -> None:
    row = held(sam, free)
    client.force_login(ada)
    assert client.post(LIST, chosen("cancel", row)).headers["Location"].startswith("/account/")


def test_a_lesson_is_moved_by_the_tutors_clock(
    adas: Client, sam: User, tess: User, free: LessonType, sandbox, drain
) -> None:
    row = held(sam, free, hour(4, 10))
    Booking.objects.filter(pk=row.pk).update(tutor_zone="Asia/Kolkata")
    drain()
    asked = adas.post(LIST, chosen("move", row)).text
    assert "Asia/Kolkata" in asked
    when = {"on": f"{hour(5, 0):%Y-%m-%d}", "at": "17:30", "reason": "Ill today"}
    adas.post(LIST, chosen("move", row, **when))
    drain()
    row.refresh_from_db()
    assert row.starts_at == hour(5, 12)
    assert row.changes.get(was_at=hour(4, 10)).reason == "Ill today"
    told = [mail["to"][0] for mail in sandbox.mails() if mail["subject"].startswith("Moved")]
    assert sorted(told) == sorted([sam.email, tess.email])


ZONE = "Europe/Berlin"


def change(month: int) -> datetime:
    """The instant of the coming change of Berlin's clocks in that month."""
    now = timezone.now()
    years = (now.year, now.year + 1, now.year + 2)
    coming = (at for year in years for at in changes_of(ZONE, year))
    return next(at for at in coming if at.month == month and at > now + timedelta(days=7))


def moved_to(adas: Client, row: Booking, wall: datetime) -> str:
    when = {"on": f"{wall:%Y-%m-%d}", "at": f"{wall:%H:%M}", "reason": "Ill today"}
    page = adas.post(LIST, chosen("move", row, **when), follow=True)
    row.refresh_from_db()
    return page.text


def test_an_hour_that_the_clocks_leave_out_is_refused(
    adas: Client, sam: User, free: LessonType
) -> None:
    row = held(sam, free, hour(4, 10))
    Booking.objects.filter(pk=row.pk).update(tutor_zone=ZONE)
    gap = change(3)
    # 01:00 UTC is where the clocks go from 02:00 to 03:00.
    wall = gap.replace(tzinfo=None) + timedelta(hours=1, minutes=30)
    assert "it does not exist on that day" in moved_to(adas, row, wall)
    assert row.starts_at == hour(4, 10)
    by = By(User.objects.get(is_superuser=True).pk, {"on": f"{wall:%Y-%m-%d}", "at": "02:30:00"})
    with pytest.raises(NotAllowed, match="does not exist"):
        known()["bookings.move"].carry_out(row, by)
    page = moved_to(adas, row, wall + timedelta(hours=1))
    assert row.starts_at == gap + timedelta(minutes=30)
    assert "twice" not in page


def test_of_an_hour_that_the_clocks_show_twice_it_is_the_first(
    adas: Client, sam: User, free: LessonType
) -> None:
    row = held(sam, free, hour(4, 10))
    Booking.objects.filter(pk=row.pk).update(tutor_zone=ZONE)
    fold = change(10)
    wall = fold.replace(tzinfo=None) + timedelta(hours=1, minutes=30)
    page = moved_to(adas, row, wall)
    assert row.starts_at == fold - timedelta(minutes=30)
    assert "it is the first of the two" in page


def test_what_is_not_valid_is_said(adas: Client, sam: User, free: LessonType) -> None:
    row = held(sam, free, hour(4, 10))
    Booking.objects.filter(pk=row.pk).update(tutor_zone="UTC")
    assert "It is at this time already." in moved_to(adas, row, hour(4, 10))


def test_what_is_refused(ada: User, sam: User, otto: User, tess: User, free: LessonType) -> None:
    row, other = held(sam, free, hour(4, 10)), held(otto, free, hour(4, 14))
    move = partial(moving.move_for_both, booking_id=row.pk, reason="x")
    cancel = partial(cancelling.call_off, booking_id=row.pk, reason="x", percent=100)
    with pytest.raises(SlotTaken):
        move(by=ada, start=other.starts_at)
    for own in (sam, tess):
        with pytest.raises(NotAllowed):
            move(by=own, start=hour(4, 16))
        with pytest.raises(NotAllowed):
            cancel(by=own)
    over = row.starts_at + timedelta(minutes=1)
    with pytest.raises(BookingOver):
        cancel(by=ada, now=over)
    with pytest.raises(BookingOver):
        move(by=ada, start=hour(6, 10), now=over)
