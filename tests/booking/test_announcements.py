"""What the two are told, each once and by their own clock."""

from datetime import timedelta

from accounts.models import User
from booking.models import Booking, LessonType
from booking.services import (
    cancelling,
    disputes,
    moving,
    outcomes,
    presence,
    reminders,
    reviews,
    schedules,
)
from realtime.announcements import words
from realtime.models import Notification
from tests.booking.conftest import held, hour


def told(user: User) -> list[str]:
    return list(
        Notification.objects.filter(user=user).order_by("seq").values_list("kind", flat=True)
    )


def test_a_lessons_life(sam: User, tess: User, free: LessonType, drain) -> None:
    row = held(sam, free)
    moving.reschedule(booking_id=row.pk, by=sam, start=hour(4, 10))
    drain()
    row.refresh_from_db()
    reminders.send_due(now=row.starts_at - timedelta(hours=24))
    reminders.send_due(now=row.starts_at - timedelta(hours=1))
    for who in (sam, tess):
        presence.record(booking_id=row.pk, user_id=who.pk, at=row.starts_at)
    outcomes.judge_due(now=row.ends_at + timedelta(hours=1))
    reminders.send_due(now=row.ends_at + timedelta(hours=1))
    reviews.write(student=sam, tutor_id=tess.pk, stars=5, text="Clear.")
    drain()
    both = ["booking-confirmed", "booking-moved", "lesson-tomorrow", "lesson-soon"]
    assert told(sam) == [*both, "review-asked"]
    assert told(tess) == [*both, "tutor-review-written"]


def test_requests_proposals_and_cancelling(sam: User, tess: User, free, drain) -> None:
    schedules.change(tutor_id=tess.pk, changes={"needs_approval": True})
    row = held(sam, free)
    cancelling.answer(booking_id=row.pk, tutor=tess, accept=True)
    late = row.starts_at - timedelta(hours=2)
    made = moving.propose(booking_id=row.pk, by=sam, start=hour(4, 10), now=late)
    moving.answer(proposal_id=made.pk, by=tess, accept=False)
    cancelling.cancel(booking_id=row.pk, by=tess, reason="Ill")
    drain()
    assert told(tess) == [
        "booking-requested",
        "booking-confirmed",
        "move-proposed",
        "booking-cancelled",
    ]
    assert told(sam) == ["booking-confirmed", "move-declined", "booking-cancelled"]


def test_a_time_let_go_is_no_news(sam: User, tess: User, lesson: LessonType, drain) -> None:
    cancelling.cancel(booking_id=held(sam, lesson).pk, by=sam)
    drain()
    assert told(sam) == told(tess) == []


def test_disputes(sam: User, tess: User, ada: User, free: LessonType, drain) -> None:
    row: Booking = held(sam, free)
    outcomes.judge_due(now=row.ends_at + timedelta(hours=1))
    drain()
    assert "lesson-disputed" in told(sam)
    assert "lesson-disputed" in told(tess)
    assert told(ada) == ["dispute-opened"]
    row.refresh_from_db()
    disputes.decide(dispute_id=row.dispute.pk, actor=ada, percent=0, text="They met.")
    drain()
    assert told(sam)[-1] == "dispute-decided"


def test_each_by_their_own_clock(sam: User, tess: User, free: LessonType, drain) -> None:
    held(sam, free, hour(3, 10))
    drain()
    said = {}
    for who in (sam, tess):
        row = Notification.objects.get(user=who, kind="booking-confirmed")
        said[who.username] = words(row.kind, row.facts, "en").title
    assert "11:00 (WAT)" in said["sam"]
    assert "11:00 (CE" in said["tess"] or "12:00 (CE" in said["tess"]
