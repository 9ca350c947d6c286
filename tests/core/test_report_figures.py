"""Small worlds whose every figure is known: what reports say of them, to the cent and the second,
by the reader's clock."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db.models import F

from accounts.models import User
from ai.models import Run
from booking.models import Booking, LessonReview, LessonType
from booking.services import offers
from courses.models import Course, Enrollment
from payments.models import LedgerTransaction, Order
from payments.services import earnings, payouts
from realtime.models import MailDelivery
from tests.booking.conftest import open_diary
from tests.payments.books import Tampering, all_mature, buy, stall
from tests.payments.test_clawback import paid_out
from tests.payments.test_earnings import refund
from tutorme.core import reports
from tutorme.core.models import InboxMessage, Job
from tutorme.core.money import Money
from tutorme.core.reports import Asked, Line, Period, Report, as_number

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)
MARCH = (date(2026, 3, 1), date(2026, 3, 31))
# When it becomes March in Paris.
PARIS_MARCH = datetime(2026, 2, 28, 23, 0, tzinfo=UTC)


def lines(
    report: Report,
    tutor: User | None = None,
    *,
    days: tuple[date, date] = MARCH,
    zone: str = "Europe/Paris",
) -> dict[str, Line]:
    asked = Asked(Period(*days, zone), tutor.pk if tutor else None)
    told = reports.tell(report, asked)
    return {f"{line.key}{line.currency}": line for part in told for line in part.lines}


def totals(report: Report, tutor: User | None = None, **how: Any) -> dict[str, str]:
    """As programs read them; what is nothing is left out."""
    found = lines(report, tutor, **how)
    said = {key: as_number(line, line.total) for key, line in found.items()}
    return {key: value for key, value in said.items() if value not in {"", "0"}}


def of(found: dict[str, Any], prefix: str) -> dict[str, Any]:
    return {key: value for key, value in found.items() if key.startswith(prefix)}


def posted_at(moment: datetime, **which: Any) -> None:
    """The books say when by themselves; here somebody turns their clock."""
    with Tampering():
        assert LedgerTransaction.objects.filter(**which).update(created_at=moment)


class TestMoney:
    @pytest.fixture
    def sold(self, sam: User, otto: User, tess: User, ada: User) -> Order:
        """In March by the clock of Paris: 100 EUR (3.45 to PayPal) and 50 EUR, of the first 30
        back; and one of 20 EUR in the last second of February."""
        first = buy(sam, stall.put(tess, "100.00"), fee=345)
        posted_at(PARIS_MARCH, order=first)
        posted_at(PARIS_MARCH + 40 * HOUR, order=buy(otto, stall.put(tess, "50.00")))
        before = buy(otto, stall.put(tess, "20.00"))
        posted_at(PARIS_MARCH - timedelta(seconds=1), order=before)
        refund(first, "30.00", ada)
        posted_at(datetime(2026, 3, 31, 21, 59, 59, tzinfo=UTC), kind="refund")
        return first

    def test_a_sellers_share(self, sold: Order, tess: User, orla: User) -> None:
        assert of(totals(Report.TEACHING, tess), "earnings") == {
            "earnings.salesEUR": "120.00",
            "earnings.returnedEUR": "-24.00",
        }
        assert of(totals(Report.TEACHING, orla), "earnings") == {}

    def test_what_the_site_took_in_and_holds(self, sold: Order) -> None:
        assert of(totals(Report.BUSINESS), "money") == {
            "money.inEUR": "150.00",
            "money.backEUR": "30.00",
            "money.feeEUR": "20.55",
            "money.processorEUR": "3.45",
            # 112 of March, 16 of February.
            "money.heldEUR": "112.00",
        }

    def test_days_and_months_are_the_readers(self, sold: Order) -> None:
        came = lines(Report.BUSINESS, days=(date(2026, 2, 27), date(2026, 3, 2)))["money.inEUR"]
        assert came.steps == {
            date(2026, 2, 28): 2000,
            date(2026, 3, 1): 10000,
            date(2026, 3, 2): 5000,
        }
        utc = totals(Report.BUSINESS, zone="UTC")
        assert (utc["money.inEUR"], utc["money.backEUR"]) == ("50.00", "30.00")
        east = totals(Report.BUSINESS, zone="Pacific/Auckland")
        assert east["money.inEUR"] == "170.00"
        assert "money.backEUR" not in east, "there it is April already"

    def test_what_was_paid_out(self, sam: User, tess: User, ada: User, sandbox) -> None:
        buy(sam, stall.put(tess, "100.00"))
        self.make_available(tess)
        assert paid_out(tess, ada).state == "paid"
        today = datetime.now(UTC).date()
        days = (today - timedelta(days=1), today + timedelta(days=1))
        site = of(totals(Report.BUSINESS, days=days, zone="UTC"), "money")
        assert site["money.outEUR"] == "80.00"
        assert "money.heldEUR" not in site
        hers = totals(Report.TEACHING, tess, days=days, zone="UTC")
        assert hers["earnings.paid_outEUR"] == "80.00"
        assert "earnings.returnedEUR" not in hers, "what moves between her accounts is no loss"

    def test_what_is_on_its_way_is_not_paid_yet(
        self, sam: User, tess: User, ada: User, sandbox
    ) -> None:
        """The tutor's figure and the site's say the same of it."""
        buy(sam, stall.put(tess, "100.00"))
        self.make_available(tess)
        paid_out(tess, ada, follow=False)
        today = datetime.now(UTC).date()
        days = (today - timedelta(days=1), today + timedelta(days=1))
        assert "money.outEUR" not in totals(Report.BUSINESS, days=days, zone="UTC")
        hers = totals(Report.TEACHING, tess, days=days, zone="UTC")
        assert hers.get("earnings.paid_outEUR", "0.00") == "0.00"

    def make_available(self, seller: User) -> None:
        all_mature()
        earnings.mature()
        payouts.set_method(user=seller, email="tess@paypal.test")

    def test_everything_that_came_in_is_somewhere(self, sold: Order) -> None:
        """Whatever the world: what came is back, out, kept, taxed or held."""
        whole = lines(Report.BUSINESS, days=(date(2025, 1, 1), date(2026, 12, 31)))

        def sum_of(*keys: str) -> float:
            return sum(
                line.total or 0
                for line in whole.values()
                if line.key.removeprefix("money.") in keys
            )

        assert sum_of("in", "promotions") == 17000
        assert sum_of("back", "out", "fee", "processor", "tax", "held", "credit") == 17000


class TestLessons:
    @pytest.fixture
    def lesson(self, tess: User) -> LessonType:
        open_diary(tess)
        return offers.offer(tutor_id=tess.pk, title="Lesson", minutes=60, price=Money(3000, "EUR"))

    def book(
        self, lesson: LessonType, student: User, start: datetime, state: str, minutes: int = 60
    ) -> Booking:
        end = start + timedelta(minutes=minutes)
        return Booking.objects.create(
            tutor_id=lesson.tutor_id, student=student, lesson_type=lesson, state=state,
            starts_at=start, ends_at=end, blocked_from=start, blocked_until=end, on=start.date(),
            tutor_zone="UTC", price_minor=3000, currency="EUR", cancellation="flexible",
            confirmed_at=start - 48 * HOUR,
        )  # fmt: skip

    @pytest.fixture
    def taught(self, lesson: LessonType, sam: User, otto: User, orla: User) -> list[Booking]:
        """Sam was there before; Otto came twice; Orla once, for an hour and a half, in the hour
        the clocks are put forward."""
        noon = datetime(2026, 3, 10, 12, 0, tzinfo=UTC)
        night = datetime(2026, 3, 29, 0, 30, tzinfo=UTC)
        agreed = [
            (sam, PARIS_MARCH - HOUR, "completed", 60),
            (sam, PARIS_MARCH, "completed", 60),
            (otto, noon, "completed", 60),
            (otto, noon + 24 * HOUR, "completed", 60),
            (orla, night, "completed", 90),
            (sam, noon + 2 * HOUR, "no_show_student", 60),
            (sam, noon + 4 * HOUR, "no_show_tutor", 60),
            (otto, noon + 6 * HOUR, "cancelled_by_tutor", 60),
            (orla, noon + 8 * HOUR, "cancelled_by_student", 60),
            (orla, datetime(2026, 3, 31, 22, 0, tzinfo=UTC), "completed", 60),
        ]
        made = [self.book(lesson, who, at, state, long) for who, at, state, long in agreed]
        never = self.book(lesson, orla, noon + 10 * HOUR, "cancelled_by_student")
        Booking.objects.filter(pk=never.pk).update(confirmed_at=None)
        return made

    def test_what_became_of_them(self, taught: list[Booking], tess: User) -> None:
        found = totals(Report.TEACHING, tess)
        assert of(found, "lessons") == {
            "lessons.given": "4",
            "lessons.missed": "2",
            "lessons.cancelled_by_tutor": "1",
            "lessons.cancelled_by_student": "1",
            "lessons.kept": "50",
            "lessons.time": str(3 * 3600 + 90 * 60),
        }
        assert of(totals(Report.BUSINESS), "lessons") == of(found, "lessons")

    def test_who_came_back(self, taught: list[Booking], tess: User) -> None:
        """Two of three: Sam had been there, Otto came again."""
        assert of(totals(Report.TEACHING, tess), "students") == {
            "students.taught": "3",
            "students.new": "2",
            "students.returned": "66.7",
        }
        in_april = totals(Report.TEACHING, tess, days=(date(2026, 4, 1), date(2026, 4, 30)))
        assert of(in_april, "students") == {"students.taught": "1", "students.returned": "100"}

    def test_a_lesson_is_of_the_day_it_begins(self, taught: list[Booking], tess: User) -> None:
        days = (date(2026, 3, 28), date(2026, 3, 30))
        given = lines(Report.TEACHING, tess, days=days)["lessons.given"]
        assert given.steps == {date(2026, 3, 29): 1}
        there = lines(Report.TEACHING, tess, days=days, zone="America/New_York")["lessons.given"]
        assert there.steps == {date(2026, 3, 28): 1}

    def test_stars(self, taught: list[Booking], tess: User, sam: User, otto: User, orla) -> None:
        for student, stars, hidden in ((sam, 5, False), (otto, 4, False), (orla, 1, True)):
            booking = next(row for row in taught if row.student_id == student.pk)
            LessonReview.objects.create(
                tutor=tess, student=student, booking=booking, stars=stars, is_hidden=hidden
            )
        LessonReview.objects.update(created_at=PARIS_MARCH)
        found = lines(Report.TEACHING, tess)
        assert (found["reviews.written"].total, found["reviews.stars"].total) == (2, 4.5)
        assert lines(Report.TEACHING, tess, zone="UTC")["reviews.stars"].total is None


class TestCourses:
    @pytest.fixture
    def places(self, tess: User, sam: User, otto: User, orla: User, ada: User) -> Course:
        """Four came in March; two of them are through, one of those in April; one gave up."""
        course = Course.objects.create(
            title="Algebra", slug="a", difficulty="beginner", instructor=tess
        )
        when = [
            (sam, PARIS_MARCH, PARIS_MARCH + 48 * HOUR, "completed"),
            (otto, PARIS_MARCH + HOUR, datetime(2026, 3, 31, 22, 0, tzinfo=UTC), "completed"),
            (orla, datetime(2026, 3, 31, 21, 59, tzinfo=UTC), None, "cancelled"),
            (ada, PARIS_MARCH + 2 * HOUR, None, "active"),
        ]
        for person, came, through, state in when:
            row = Enrollment.objects.create(user=person, course=course, state=state)
            Enrollment.objects.filter(pk=row.pk).update(created_at=came, completed_at=through)
        return course

    def test_who_came_and_who_came_through(self, places: Course, tess: User) -> None:
        found = totals(Report.TEACHING, tess)
        assert of(found, "courses") == {
            "courses.enrolled": "4",
            "courses.left": "1",
            "courses.completed": "1",
            "courses.completion": "50",
        }
        assert of(totals(Report.BUSINESS), "courses") == of(found, "courses")
        april = totals(Report.TEACHING, tess, days=(date(2026, 4, 1), date(2026, 4, 30)))
        assert of(april, "courses") == {"courses.completed": "1"}

    def test_of_others_courses_nothing_is_told(self, places: Course, orla: User) -> None:
        assert of(totals(Report.TEACHING, orla), "courses") == {}


class TestTheSite:
    def test_people(self, sam: User, otto: User, tess: User, orla: User, ada: User) -> None:
        User.objects.update(created_at=PARIS_MARCH - HOUR, email_verified_at=None)
        User.objects.filter(pk__in=(sam.pk, otto.pk)).update(created_at=PARIS_MARCH)
        User.objects.filter(pk=sam.pk).update(email_verified_at=F("created_at"))
        User.objects.filter(pk=orla.pk).update(erased_at=PARIS_MARCH + HOUR)
        type(tess.tutor_profile).objects.update(approved_at=PARIS_MARCH - HOUR)
        type(tess.tutor_profile).objects.filter(user=tess).update(approved_at=PARIS_MARCH)
        assert of(totals(Report.BUSINESS), "people") == {
            "people.signed_up": "2",
            "people.verified": "1",
            "people.tutors": "1",
            "people.left": "1",
        }
        assert totals(Report.BUSINESS, zone="UTC")["people.left"] == "1"
        assert "people.signed_up" not in totals(Report.BUSINESS, zone="UTC"), "still February"

    def test_the_models_work(self, tess: User) -> None:
        """Cost is summed in millionths and rounded once: two half cents are one."""
        for at, state, micros in (
            (PARIS_MARCH, "answered", 5_000),
            (PARIS_MARCH + 48 * HOUR, "unusable", 5_000),
            (PARIS_MARCH + 48 * HOUR, "started", 1_230_000),
            (PARIS_MARCH - HOUR, "answered", 9_000_000),
        ):
            row = Run.objects.create(
                user=tess, purpose="hint", state=state, prompt="p", model_asked="m",
                cost_micros=micros,
            )  # fmt: skip
            Run.objects.filter(pk=row.pk).update(created_at=at)
        assert of(totals(Report.BUSINESS), "ai") == {
            "ai.calls": "3",
            "ai.failed": "1",
            "ai.costUSD": "1.24",
        }

    def test_mails(self, sam: User) -> None:
        for number, (state, bounced) in enumerate(
            (
                ("sent", False),
                ("sent", True),
                ("failed", False),
                ("unknown", False),
                ("queued", False),
            )
        ):
            MailDelivery.objects.create(
                user=sam, kind="probe", dedupe_key=str(number), to_address=sam.email,
                to_name="Sam", locale="en", state=state, message_id=f"<{number}@test>",
                sent_at=PARIS_MARCH if state == "sent" else None,
                bounced_at=PARIS_MARCH if bounced else None,
            )  # fmt: skip
        MailDelivery.objects.update(created_at=PARIS_MARCH)
        assert of(totals(Report.BUSINESS), "mails") == {
            "mails.owed": "5",
            "mails.sent": "2",
            "mails.lost": "2",
            "mails.bounced": "1",
        }

    def test_providers_and_the_background(self) -> None:
        for number, (state, lag) in enumerate((("applied", 10), ("applied", 20), ("dead", None))):
            row = InboxMessage.objects.create(
                provider="paypal", delivery_id=str(number), kind="probe", body=b"{}",
                body_sha256="0" * 64, state=state,
            )  # fmt: skip
            applied = PARIS_MARCH + timedelta(seconds=lag) if lag else None
            InboxMessage.objects.filter(pk=row.pk).update(
                received_at=PARIS_MARCH, applied_at=applied
            )
        for number, state in enumerate(("succeeded", "failed")):
            Job.objects.create(
                kind="probe", key=str(number), state=state, finished_at=PARIS_MARCH + HOUR
            )
        found = totals(Report.BUSINESS)
        assert of(found, "providers.paypal") == {
            "providers.paypal.messages": "3",
            "providers.paypal.dead": "1",
            "providers.paypal.lag": "15",
        }
        assert of(found, "background") == {"background.jobs": "2", "background.failed": "1"}
