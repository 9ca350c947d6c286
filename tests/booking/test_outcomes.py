"""What becomes of a lesson and its money once its hour has come."""

import json
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from django.utils import timezone

from accounts.models import User
from booking.errors import DisputeDecided, NotDisputable, NotReviewable
from booking.models import (
    Booking,
    LessonDispute,
    LessonType,
    Meeting,
    Reminder,
    TutorStanding,
)
from booking.services import (
    cancelling,
    disputes,
    holding,
    moving,
    offers,
    outcomes,
    presence,
    reminders,
    reviews,
)
from payments.models import Earning, Order, Package, PackageUse
from payments.services import credits, packages, settlement
from tests.booking.conftest import held, hour
from tests.payments.conftest import bare_order
from tutorme.core.errors import NotAllowed
from tutorme.core.models import OutboxEvent
from tutorme.core.money import Money

State = Booking.State
HOUR = timedelta(hours=1)


def give_credit(user: User, ada: User, minor: int = 3000) -> None:
    credits.grant(
        owner=user, amount=Money(minor, "EUR"), reason="test", actor=ada, key=f"{user.pk}{minor}"
    )


@pytest.fixture
def booked(sam: User, ada: User, lesson: LessonType, drain) -> Booking:
    """Paid for with credit, so that money stands behind it and no provider is asked."""
    give_credit(sam, ada)
    wish = holding.Wish(lesson.pk, hour(3, 10), with_credit=True)
    row = holding.hold(student=sam, wish=wish)
    drain()
    return row


def were_there(row: Booking, *people: User) -> None:
    for person in people:
        presence.record(booking_id=row.pk, user_id=person.pk, at=row.starts_at)


def judged(row: Booking, *, after: timedelta = HOUR * 2) -> Booking:
    outcomes.judge_due(now=row.starts_at + after)
    row.refresh_from_db()
    return row


def share(row: Booking) -> Earning:
    return Earning.objects.get(order_id=row.order_id)  # type: ignore[misc]


def test_credit_confirms_in_the_same_transaction(booked: Booking) -> None:
    assert booked.state == State.CONFIRMED
    assert booked.order is not None
    assert (booked.order.state, booked.order.in_escrow) == (Order.State.CAPTURED, True)
    assert share(booked).state == Earning.State.ESCROW


def test_it_begins_by_the_clock(booked: Booking) -> None:
    assert outcomes.judge_due(now=booked.starts_at - timedelta(seconds=1)) == 0
    assert judged(booked, after=timedelta(minutes=1)).state == State.IN_PROGRESS


def test_both_were_there(booked: Booking, sam: User, tess: User, drain) -> None:
    were_there(booked, sam, tess)
    assert judged(booked).state == State.COMPLETED
    drain()
    earning = share(booked)
    assert earning.state == Earning.State.PENDING
    assert earning.available_at is not None
    assert earning.available_at - timezone.now() > timedelta(hours=71)
    standing = TutorStanding.objects.get(pk=tess.pk)
    assert (standing.lessons, standing.minutes, standing.marks) == (1, 60, 0)
    assert outcomes.judge_due(now=booked.starts_at + HOUR * 3) == 0


def test_figures_changed_by_hand_are_found_and_counted_anew(
    booked: Booking, sam: User, tess: User, drain
) -> None:
    """What the house keeps of a lesson hangs on them."""
    were_there(booked, sam, tess)
    judged(booked)
    drain()

    def recomputed(*how: str) -> int:
        out = StringIO()
        call_command("recompute", "--only", "booking.standings", "--json", *how, stdout=out)
        return int(json.loads(out.getvalue())["chores"][0]["rows"])

    assert recomputed("--dry-run") == 0
    TutorStanding.objects.update(minutes=6000)
    assert (recomputed("--dry-run"), recomputed(), recomputed()) == (1, 1, 0)
    assert TutorStanding.objects.get(pk=tess.pk).minutes == 60


def test_the_tutor_did_not_come(booked: Booking, sam: User, tess: User, drain) -> None:
    were_there(booked, sam)
    assert judged(booked, after=timedelta(minutes=17)).state == State.NO_SHOW_TUTOR
    drain()
    booked.order.refresh_from_db()  # type: ignore[union-attr]
    assert booked.order.state == Order.State.REFUNDED  # type: ignore[union-attr]
    # The price as credit again, and the house's apology.
    assert credits.spendable(sam.pk, "EUR") == Money(3300, "EUR")
    assert TutorStanding.objects.get(pk=tess.pk).marks == 1


def test_the_student_did_not_come(booked: Booking, sam: User, tess: User, drain) -> None:
    were_there(booked, tess)
    assert judged(booked, after=timedelta(minutes=17)).state == State.IN_PROGRESS
    assert judged(booked).state == State.NO_SHOW_STUDENT
    drain()
    assert share(booked).state == Earning.State.PENDING
    assert not credits.spendable(sam.pk, "EUR")


@pytest.mark.parametrize("platform", ["meet", "teams"])
@pytest.mark.parametrize("who", ["sam", "tess"])
def test_a_platform_that_does_not_tell_makes_nobody_absent(
    booked: Booking, sam: User, tess: User, drain, platform: str, who: str
) -> None:
    """Whoever is not seen at our door may be in the room all the same: a person decides."""
    Meeting.objects.filter(booking=booked).update(platform=platform)
    were_there(booked, {"sam": sam, "tess": tess}[who])
    assert judged(booked, after=timedelta(minutes=20)).state == State.IN_PROGRESS
    assert judged(booked).state == State.DISPUTED
    drain()
    assert LessonDispute.objects.get(booking=booked).reason == "one_seen"
    assert share(booked).state == Earning.State.ESCROW
    assert not credits.spendable(sam.pk, "EUR")
    assert not TutorStanding.objects.filter(marks__gt=0).exists()


def test_on_the_same_evidence_our_own_room_decides(booked: Booking, sam: User, drain) -> None:
    """The control."""
    were_there(booked, sam)
    assert judged(booked, after=timedelta(minutes=20)).state == State.NO_SHOW_TUTOR


def test_nobody_was_seen(booked: Booking, ada: User, drain) -> None:
    assert judged(booked).state == State.DISPUTED
    case = LessonDispute.objects.get(booking=booked)
    assert (case.reason, case.opened_by) == ("nobody_seen", None)
    assert share(booked).state == Earning.State.ESCROW
    disputes.decide(dispute_id=case.pk, actor=ada, percent=50, text="Half each.")
    drain()
    drain()
    booked.refresh_from_db()
    booked.order.refresh_from_db()  # type: ignore[union-attr]
    assert booked.state == State.RESOLVED
    assert booked.order.refunded_minor == 1500  # type: ignore[union-attr]
    assert share(booked).state == Earning.State.PENDING
    with pytest.raises(DisputeDecided):
        disputes.decide(dispute_id=case.pk, actor=ada, percent=0, text="")


def test_presence_is_of_the_two_alone(booked: Booking, otto: User, sam: User) -> None:
    assert not presence.record(booking_id=booked.pk, user_id=otto.pk, at=booked.starts_at)
    for _ in range(2):
        assert presence.record(booking_id=booked.pk, user_id=sam.pk, at=booked.starts_at)
    assert booked.presences.count() == 1


def test_a_dispute_freezes_and_a_decision_thaws(
    booked: Booking, sam: User, tess: User, ada: User, otto: User, drain
) -> None:
    were_there(booked, sam, tess)
    judged(booked)
    late = booked.ends_at + timedelta(hours=73)
    with pytest.raises(NotDisputable):
        disputes.open_case(booking_id=booked.pk, by=sam, reason="other", now=late)
    with pytest.raises(NotAllowed):
        disputes.open_case(booking_id=booked.pk, by=otto, reason="other")
    case = disputes.open_case(booking_id=booked.pk, by=sam, reason="cut_short", text="Ten minutes.")
    assert share(booked).held_at is not None
    with pytest.raises(NotDisputable):
        disputes.open_case(booking_id=booked.pk, by=tess, reason="other")
    with pytest.raises(NotAllowed):
        disputes.decide(dispute_id=case.pk, actor=tess, percent=0, text="")
    disputes.decide(dispute_id=case.pk, actor=ada, percent=100, text="Too short.")
    drain()
    booked.order.refresh_from_db()  # type: ignore[union-attr]
    earning = share(booked)
    assert (booked.order.state, earning.held_at, earning.left_minor) == ("refunded", None, 0)  # type: ignore[union-attr]


def bought_package(sam: User, tess: User, single: int = 3000) -> Package:
    offer = packages.offer(
        seller=tess,
        terms={
            "title": "Two hours",
            "units": 2,
            "price_minor": 5000,
            "single_price_minor": single,
            "currency": "EUR",
        },
    )
    order = bare_order(
        sam,
        target_id=offer.pk,
        amount_minor=0,
        units=2,
        in_escrow=True,
        share_minor=0,
        payee_id=tess.pk,
    )
    Order.objects.filter(pk=order.pk).update(kind=settlement.PACKAGE)
    order.refresh_from_db()
    return packages.open_for(order)


def test_a_package_pays(sam: User, tess: User, lesson: LessonType, drain) -> None:
    package = bought_package(sam, tess)
    wish = holding.Wish(lesson.pk, hour(3, 10), package_id=package.pk)
    row = holding.hold(student=sam, wish=wish)
    package.refresh_from_db()
    assert (row.state, row.package_id, package.used) == (State.CONFIRMED, package.pk, 1)
    cancelling.cancel(booking_id=row.pk, by=sam)
    drain()
    package.refresh_from_db()
    assert package.used == 0
    again = holding.hold(student=sam, wish=wish)
    late = again.starts_at - HOUR
    cancelling.cancel(booking_id=again.pk, by=sam, now=late)
    drain()
    package.refresh_from_db()
    assert package.used == 1
    assert PackageUse.objects.get(reference=f"booking:{again.pk}").state == "delivered"


def test_a_package_of_cheaper_lessons_does_not(sam: User, tess: User, lesson: LessonType) -> None:
    package = bought_package(sam, tess, single=2900)
    wish = holding.Wish(lesson.pk, hour(3, 10), package_id=package.pk)
    with pytest.raises(Exception, match="package") as refusal:
        holding.hold(student=sam, wish=wish)
    assert refusal.value.code == "package-unfit"  # type: ignore[attr-defined]
    assert not Booking.objects.exists()


def test_credit_that_does_not_reach(sam: User, ada: User, lesson: LessonType) -> None:
    give_credit(sam, ada, 2999)
    with pytest.raises(Exception, match="credit") as refusal:
        holding.hold(student=sam, wish=holding.Wish(lesson.pk, hour(3, 10), with_credit=True))
    assert refusal.value.code == "credit-too-low"  # type: ignore[attr-defined]


def test_a_trial_is_made_up_for_once(sam: User, tess: User, diary) -> None:
    trial = offers.offer(
        tutor_id=tess.pk, title="Trial", minutes=30, price=Money(0, "EUR"), is_trial=True
    )
    first = held(sam, trial)
    late = first.starts_at - timedelta(minutes=10)
    assert cancelling.preview(first, by=sam, now=late).percent == 100
    cancelling.cancel(booking_id=first.pk, by=sam)
    second = held(sam, trial, hour(4, 10))
    cancelling.cancel(booking_id=second.pk, by=sam)
    with pytest.raises(Exception, match="trial") as refusal:
        held(sam, trial, hour(5, 10))
    assert refusal.value.code == "trial-used"  # type: ignore[attr-defined]


class TestReminders:
    def said(self) -> list[str]:
        rows = OutboxEvent.objects.filter(name="booking.reminded").order_by("id")
        return [row.payload["kind"] for row in rows]

    def test_a_day_and_an_hour_before(self, sam: User, free: LessonType) -> None:
        row = held(sam, free)
        assert row.reminders.count() == 2
        assert reminders.send_due(now=row.starts_at - timedelta(hours=24, minutes=1)) == 0
        for _ in range(2):
            reminders.send_due(now=row.starts_at - timedelta(hours=24))
        reminders.send_due(now=row.starts_at - HOUR)
        assert self.said() == ["day_before", "hour_before"]

    def test_what_moved_or_is_off_is_not_reminded_of(self, sam: User, free: LessonType) -> None:
        row = held(sam, free)
        was_at = row.starts_at
        moving.reschedule(booking_id=row.pk, by=sam, start=hour(5, 10))
        assert reminders.send_due(now=was_at - HOUR) == 0
        cancelling.cancel(booking_id=row.pk, by=sam)
        assert reminders.send_due(now=hour(5, 9)) == 0
        assert set(Reminder.objects.values_list("state", flat=True)) == {"dropped"}

    def test_a_late_sweep_says_nothing_silly(self, sam: User, free: LessonType) -> None:
        row = held(sam, free)
        assert reminders.send_due(now=row.starts_at - timedelta(hours=20)) == 0

    def test_a_review_is_asked_for_once_and_only_if_none_was_written(
        self, sam: User, tess: User, free: LessonType
    ) -> None:
        for days in (3, 4):
            row = held(sam, free, hour(days, 10))
            were_there(row, sam, tess)
            judged(row)
            reminders.send_due(now=row.ends_at + HOUR * 2)
            reviews.write(student=sam, tutor_id=tess.pk, stars=5, text="")
        assert self.said() == ["review"]


class TestReviews:
    def test_only_after_a_lesson_that_was_held(
        self, sam: User, tess: User, free: LessonType
    ) -> None:
        row = held(sam, free)
        with pytest.raises(NotReviewable):
            reviews.write(student=sam, tutor_id=tess.pk, stars=5, text="")
        were_there(row, sam, tess)
        judged(row)
        review, is_new = reviews.write(student=sam, tutor_id=tess.pk, stars=4, text="Patient.")
        again, still_new = reviews.write(student=sam, tutor_id=tess.pk, stars=5, text="Patient.")
        assert (is_new, still_new, review.pk) == (True, False, again.pk)
        assert TutorStanding.objects.get(pk=tess.pk).mean == 5.0

    def test_moderation(
        self, sam: User, tess: User, otto: User, ada: User, free: LessonType
    ) -> None:
        row = held(sam, free)
        were_there(row, sam, tess)
        judged(row)
        review, _ = reviews.write(student=sam, tutor_id=tess.pk, stars=1, text="Rude words")
        reviews.reply(review_id=review.pk, tutor=tess, text="I am sorry.")
        with pytest.raises(NotAllowed):
            reviews.reply(review_id=review.pk, tutor=otto, text="Hm.")
        for _ in range(2):
            reviews.report(review=review, reporter=otto, reason="Rude")
        report = review.reports.get()
        reviews.decide(report_id=report.pk, hidden=True, actor_id=ada.pk)
        standing = TutorStanding.objects.get(pk=tess.pk)
        assert (standing.reviews, standing.mean) == (0, None)
        with pytest.raises(Exception, match="tutor-review-decided"):
            reviews.decide(report_id=report.pk, hidden=False, actor_id=ada.pk)
