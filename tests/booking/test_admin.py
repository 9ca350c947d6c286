"""What admins see and decide of lessons."""

from datetime import date, timedelta

import pytest
from django.contrib.auth.models import Group
from django.test import Client
from django.urls import reverse

from accounts import desks
from accounts.models import User
from booking.models import Booking, LessonDispute, LessonReview, LessonType
from booking.services import groups, offers, outcomes, presence, reviews, schedules, series
from realtime.announcements import words
from realtime.models import Notification
from tests import cast
from tests.booking.conftest import held, hour
from tests.booking.test_together import weekly
from tutorme.core.models import AuditEntry
from tutorme.core.money import Money

MODELS = (
    "booking bookingchange lessontype schedule lessondispute lessonreview reviewreport "
    "tutorstanding series groupsession waitlistentry moveproposal presence reminder"
).split()


@pytest.fixture
def adas(client: Client, ada: User) -> Client:
    client.force_login(ada)
    return cast.confirmed(client)


@pytest.fixture
def disputed(sam: User, free: LessonType) -> LessonDispute:
    row = held(sam, free)
    outcomes.judge_due(now=row.ends_at + timedelta(hours=1))
    return LessonDispute.objects.get(booking=row)


@pytest.fixture
def review(sam: User, tess: User, free: LessonType) -> LessonReview:
    row = held(sam, free, hour(4, 10))
    for who in (sam, tess):
        presence.record(booking_id=row.pk, user_id=who.pk, at=row.starts_at)
    outcomes.judge_due(now=row.ends_at + timedelta(hours=1))
    return reviews.write(student=sam, tutor_id=tess.pk, stars=2, text="Hm.")[0]


def test_a_tutors_availability_can_be_read(client: Client, tess: User, free: LessonType) -> None:
    schedules.change(
        tutor_id=tess.pk, changes={"overrides": [{"date": date(2027, 5, 1), "windows": []}]}
    )
    helper = cast.person("Supporter", is_staff=True)
    helper.groups.add(Group.objects.create(name=desks.SUPPORT))
    client.force_login(helper)
    page = client.get(f"/admin/booking/schedule/{tess.pk}/change/").text
    assert page.count("Sunday") >= 1
    assert "08:00" in page
    assert "closed" in page


def test_every_list_and_page(
    adas: Client, sam: User, tess: User, otto: User, free, disputed, review
) -> None:
    series.book(student=sam, wish=weekly(free, hour(5, 10), 2))
    choir = offers.offer(
        tutor_id=tess.pk, title="Choir", minutes=60, price=Money(0, "EUR"), capacity=3
    )
    groups.open_session(tutor=tess, lesson_type_id=choir.pk, start=hour(6, 18))
    reviews.report(review=review, reporter=otto, reason="Rude")
    for name in MODELS:
        if name == "bookingchange":
            continue
        answer = adas.get(reverse(f"admin:booking_{name}_changelist"))
        assert answer.status_code == 200, name
    for row in (disputed, review):
        address = reverse(f"admin:booking_{row._meta.model_name}_change", args=[row.pk])
        assert adas.get(address).status_code == 200


def test_a_dispute_is_decided_with_a_share_and_a_reason(
    adas: Client, disputed: LessonDispute
) -> None:
    address = reverse("admin:booking_lessondispute_changelist")
    given = {"action": "decide", "_selected_action": [str(disputed.pk)], "refund_percent": "50"}
    adas.post(address, given)
    disputed.refresh_from_db()
    assert disputed.state == "open"
    adas.post(address, {**given, "reason": "Half each."})
    disputed.refresh_from_db()
    assert (disputed.state, disputed.refund_percent) == ("decided", 50)
    assert Booking.objects.get(pk=disputed.booking_id).state == Booking.State.RESOLVED


def test_a_reported_review_is_hidden_and_shown(adas: Client, otto: User, review) -> None:
    reviews.report(review=review, reporter=otto, reason="Rude")
    report = review.reports.get()
    address = reverse("admin:booking_reviewreport_changelist")
    adas.post(address, {"action": "hide", "_selected_action": [str(report.pk)]})
    review.refresh_from_db()
    assert review.is_hidden
    address = reverse("admin:booking_lessonreview_changelist")
    shown = {"action": "show", "_selected_action": [str(review.pk)]}
    assert "required" in adas.post(address, {**shown, "asked": "1"}).text
    adas.post(address, {**shown, "reason": "No harm in it"})
    review.refresh_from_db()
    assert not review.is_hidden


def test_a_review_is_hidden_without_a_report_and_both_are_told(
    adas: Client, ada: User, review: LessonReview, drain
) -> None:
    drain()
    given = {"action": "hide", "_selected_action": [str(review.pk)], "reason": "It names a child"}
    adas.post(reverse("admin:booking_lessonreview_changelist"), given)
    drain()
    review.refresh_from_db()
    assert review.is_hidden
    noted = AuditEntry.objects.get(action="tutor_review.hidden")
    assert (noted.actor, noted.reason) == (ada, "It names a child")
    told = Notification.objects.filter(kind="tutor-review-moderated")
    assert {row.user_id for row in told} == {review.student_id, review.tutor_id}
    spoken = words("tutor-review-moderated", told[0].facts, "en")
    assert spoken.title == "A review is hidden"
    assert "It names a child" in spoken.body
