"""A lesson of a package that is over by the time it is called off: its price comes back."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from booking.models import Booking, LessonType
from booking.services import cancelling, disputes, holding, outcomes, presence, settling
from payments.models import Order, Package, PackageOffer
from payments.services import credits, package_endings, refund_requests, refunds
from tests.booking.conftest import hour
from tests.payments.books import buy, prove, sum_of
from tutorme.core.money import Money

Drain = Callable[[], None]


@pytest.fixture
def package(sam: User, tess: User, ada: User) -> Package:
    """Three lessons, all of them paid for with credit, so that no provider is asked."""
    offer = PackageOffer.objects.create(
        seller=tess, title="Three hours", units=3, price_minor=6000, single_price_minor=3000,
        currency="EUR",
    )  # fmt: skip
    gift = Money(6000, "EUR")
    credits.grant(owner=sam, amount=gift, reason="test", actor=ada, key="gift")
    return Package.objects.get(order=buy(sam, offer.pk, kind="package", with_credit=True))


@pytest.fixture
def booked(sam: User, lesson: LessonType, package: Package) -> Booking:
    wish = holding.Wish(lesson.pk, hour(3, 10), package_id=package.pk)
    return holding.hold(student=sam, wish=wish)


def end(package: Package, tess: User, drain: Drain) -> None:
    package_endings.end(package_id=package.pk, seller=tess, reason="I am moving.")
    drain()


def back() -> int:
    return Order.objects.get().refunded_minor


def dialog(who: User, row: Booking) -> str:
    client = Client()
    client.force_login(who)
    return client.get(reverse("lesson-booking", args=[row.pk])).content.decode()


@pytest.mark.django_db
@pytest.mark.parametrize("by", ["tess", "sam"])
def test_it_stays_booked_and_comes_back_when_it_is_called_off(
    booked: Booking, package: Package, sam: User, tess: User, drain: Drain, by: str
) -> None:
    assert "goes back into the package" in dialog(sam, booked)
    end(package, tess, drain)
    booked.refresh_from_db()
    assert (booked.state, back()) == (Booking.State.CONFIRMED, 4000)
    assert "what was paid for the lesson goes back" in dialog(sam, booked)
    cancelling.cancel(booking_id=booked.pk, by={"tess": tess, "sam": sam}[by])
    drain()
    assert (back(), sum_of("escrow", tess), sum_of("credits", sam)) == (6000, 0, 6000)
    prove()


@pytest.mark.django_db
def test_called_off_too_late_it_is_the_tutors(
    booked: Booking, package: Package, sam: User, tess: User, drain: Drain
) -> None:
    end(package, tess, drain)
    late = booked.starts_at - timedelta(hours=1)
    cancelling.cancel(booking_id=booked.pk, by=sam, now=late)
    drain()
    assert (back(), sum_of("escrow", tess), sum_of("tutor_pending", tess)) == (4000, 0, 1600)
    prove()


@pytest.mark.django_db
def test_a_tutor_who_does_not_come_to_it_gets_nothing(
    booked: Booking, package: Package, sam: User, tess: User, drain: Drain
) -> None:
    end(package, tess, drain)
    presence.record(booking_id=booked.pk, user_id=sam.pk, at=booked.starts_at)
    outcomes.judge_due(now=booked.starts_at + timedelta(hours=2))
    drain()
    booked.refresh_from_db()
    assert booked.state == Booking.State.NO_SHOW_TUTOR
    assert (back(), sum_of("escrow", tess), sum_of("tutor_pending", tess)) == (6000, 0, 0)
    prove()


@pytest.mark.django_db
def test_after_its_buyer_ended_it_comes_back_at_its_single_price(
    booked: Booking, package: Package, sam: User, tess: User, drain: Drain
) -> None:
    refund_requests.ask(order=package.order, buyer=sam, reason="")
    assert back() == 3000
    cancelling.cancel(booking_id=booked.pk, by=tess)
    drain()
    assert (back(), sum_of("escrow", tess)) == (6000, 0)
    prove()


@pytest.mark.django_db
def test_a_bill_that_credit_paid_speaks_of_no_bank(
    package: Package, sam: User, tess: User, drain: Drain
) -> None:
    end(package, tess, drain)
    client = Client()
    client.force_login(sam)
    page = client.get(reverse("payments-order", args=[package.order_id])).content.decode()
    assert "All of it went back to your credit." in page
    assert "All of it with credit." in page
    assert "your bank" not in page


def complained_of(row: Booking, sam: User, ada: User, drain: Drain) -> None:
    """It took place, and an admin gives the student everything."""
    Booking.objects.filter(pk=row.pk).update(state=Booking.State.COMPLETED)
    settling.deliver(Booking.objects.get(pk=row.pk))
    drain()
    case = disputes.open_case(booking_id=row.pk, by=sam, reason="cut_short", now=row.ends_at)
    disputes.decide(dispute_id=case.pk, actor=ada, percent=100, text="Ten minutes of sixty.")
    drain()


@pytest.mark.django_db
def test_a_complaint_gives_the_lesson_back_and_the_share_waits_for_the_next(
    booked: Booking, package: Package, sam: User, tess: User, ada: User, lesson, drain: Drain
) -> None:
    waiting = sum_of("escrow", tess)
    complained_of(booked, sam, ada, drain)
    package.refresh_from_db()
    assert (package.used, package.state) == (0, Package.State.ACTIVE)
    assert sum_of("escrow", tess) == waiting, "no share of a lesson that did not count"
    assert sum_of("tutor_pending", tess) == 0
    prove()
    again = holding.hold(
        student=sam, wish=holding.Wish(lesson.pk, hour(4, 10), package_id=package.pk)
    )
    settling.deliver(again)
    assert sum_of("tutor_pending", tess) == waiting // 3
    prove()


@pytest.mark.django_db
def test_of_a_package_that_is_over_the_complaint_gives_money_back(
    booked: Booking, package: Package, sam: User, tess: User, ada: User, drain: Drain
) -> None:
    end(package, tess, drain)
    assert back() == 4000
    complained_of(booked, sam, ada, drain)
    assert back() == 6000
    assert (sum_of("escrow", tess), sum_of("tutor_pending", tess)) == (0, 0)
    prove()


@pytest.mark.django_db
def test_a_package_that_was_paid_back_wholly_is_not_used_again(
    booked: Booking, package: Package, sam: User, lesson, ada: User, drain: Drain
) -> None:
    for day in (4, 5):
        wish = holding.Wish(lesson.pk, hour(day, 10), package_id=package.pk)
        holding.hold(student=sam, wish=wish)
    order = Order.objects.get()
    refunds.refund(order=order, amount=None, note="Kindness.", actor=ada)
    drain()
    assert back() == 6000
    cancelling.cancel(booking_id=booked.pk, by=sam)
    drain()
    package.refresh_from_db()
    assert package.state != Package.State.ACTIVE
    assert back() == 6000
    prove()
