"""News of the back office go to whoever may act on it: admins, and the desk whose work it is."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import Group
from django.test import override_settings

from accounts import desks
from accounts.models import User
from booking.models import LessonReview, LessonType
from booking.services import outcomes, presence, reviews
from realtime import announcements, staff_news
from realtime.models import Notification
from tests import cast
from tests.booking.conftest import held, hour

pytestmark = pytest.mark.django_db


@pytest.fixture
def at() -> dict[str, User]:
    """Somebody at each desk."""
    seated = {desk: cast.person(desk.capitalize(), is_staff=True) for desk in desks.DESKS}
    for desk, user in seated.items():
        user.groups.add(Group.objects.get_or_create(name=desk)[0])
    return seated


def told(kind: str) -> set[User]:
    return {row.user for row in Notification.objects.filter(kind=kind).select_related("user")}


@pytest.fixture
def review(sam: User, tess: User, free: LessonType) -> LessonReview:
    row = held(sam, free, hour(4, 10))
    for who in (sam, tess):
        presence.record(booking_id=row.pk, user_id=who.pk, at=row.starts_at)
    outcomes.judge_due(now=row.ends_at + timedelta(hours=1))
    return reviews.write(student=sam, tutor_id=tess.pk, stars=1, text="Never again")[0]


def test_a_reported_review_is_told_to_moderation_and_admins_once(
    at: dict[str, User], review: LessonReview, ada: User, tess: User, drain
) -> None:
    drain()
    for _ in range(2):
        reviews.report(review=review, reporter=tess, reason="Not true")
        drain()
    assert told("review-reported") == {ada, at[desks.MODERATION]}
    assert Notification.objects.filter(kind="review-reported").count() == 2


def test_the_control_who_left_the_desk_or_has_no_second_factor_hears_nothing(
    at: dict[str, User], review: LessonReview, ada: User, tess: User, drain
) -> None:
    at[desks.MODERATION].groups.clear()
    User.objects.filter(pk=at[desks.SUPPORT].pk).update(is_staff=False)
    at[desks.SUPPORT].groups.add(Group.objects.get(name=desks.MODERATION))
    reviews.report(review=review, reporter=tess, reason="Not true")
    with override_settings(ADMIN_SECOND_FACTOR=False):
        assert staff_news.who_may_act("review-reported") == [ada.pk]
    with override_settings(ADMIN_SECOND_FACTOR=True):
        assert staff_news.who_may_act("review-reported") == []


@pytest.mark.parametrize(
    ("kind", "desk"),
    [
        ("payment-disputed", desks.FINANCE),
        ("subscription-payment-disputed", desks.FINANCE),
        ("payment-marked", desks.FINANCE),
        ("payout-proposed", desks.FINANCE),
        ("refund-proposed", desks.FINANCE),
        ("subscription-refund-proposed", desks.FINANCE),
        ("dispute-opened", desks.MODERATION),
        ("message-reported", desks.MODERATION),
        ("tutor-submitted", desks.MODERATION),
        ("course-submitted", desks.CONTENT),
    ],
)
def test_each_kind_is_one_desks(at: dict[str, User], ada: User, kind: str, desk: str) -> None:
    assert set(staff_news.who_may_act(kind)) == {ada.pk, at[desk].pk}


def test_every_kind_for_the_back_office_is_declared_and_some_desk_has_it() -> None:
    known = {row.kind for row in announcements.all_announcements()}
    assert set(staff_news.NEEDS) <= known
    nobodys = {kind for kind, needed in staff_news.NEEDS.items() if not desks.holding(needed)}
    assert nobodys == {"admin-proposed"}, "superusers alone, by what makes an admin (ADR 101)"
