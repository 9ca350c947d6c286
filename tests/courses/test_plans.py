"""Premium courses open with a plan, close with it, and stay when they were bought."""

from datetime import timedelta

import pytest
from django.db.models.functions import Now
from django.urls import reverse

from accounts.models import User
from courses import queries
from courses.errors import AlreadyEnrolled, LessonLocked, PaymentRequired
from courses.handlers import quote
from courses.models import Course, Enrollment
from courses.services import authoring, enrolling, learning
from payments.models import Feature, Plan, PlanVersion, Subscription
from tests.courses.conftest import lesson, write_course
from tests.payments.conftest import bare_order

pytestmark = pytest.mark.django_db


@pytest.fixture
def premium(tess: User, media) -> Course:
    home = write_course(media, slug="premium-steps", amount="29.00")
    course = authoring.publish(
        course=authoring.load_course(home, instructor=tess), actor_id=tess.pk
    )
    Course.objects.filter(pk=course.pk).update(is_premium=True)
    course.refresh_from_db()
    return course


@pytest.fixture
def subscription(sam: User) -> Subscription:
    plan = Plan.objects.create(slug="plus", name="Plus", features=[Feature.PREMIUM_COURSES])
    version = PlanVersion.objects.create(plan=plan, number=1, amount_minor=900, currency="EUR")
    return Subscription.objects.create(
        user=sam, version=version, state="active", access_until=Now() + timedelta(days=9)
    )


def lapse() -> None:
    Subscription.objects.update(access_until=Now() - timedelta(minutes=1))


def test_a_plan_opens_a_premium_course_and_no_other(premium, subscription, sam, otto) -> None:
    with pytest.raises(PaymentRequired):
        enrolling.enroll_free(user=otto, course=premium)
    Course.objects.filter(pk=premium.pk).update(is_premium=False)
    premium.refresh_from_db()
    with pytest.raises(PaymentRequired):
        enrolling.enroll_free(user=sam, course=premium)
    Course.objects.filter(pk=premium.pk).update(is_premium=True)
    premium.refresh_from_db()
    assert enrolling.enroll_free(user=sam, course=premium).order_id is None


def test_when_the_plan_lapses_the_lessons_close_and_progress_stays(
    premium, subscription, sam
) -> None:
    place = enrolling.enroll_free(user=sam, course=premium)
    learning.complete_lesson(enrollment=place, lesson=lesson(premium, "hello"))
    lapse()
    place.refresh_from_db()
    more = lesson(premium, "more")
    assert queries.lock_of(more, sam, place).reason == "subscription"
    with pytest.raises(LessonLocked):
        learning.locked_place(sam, more.pk)
    rows = {row.key: row.lock for row in queries.outline(premium, sam).lessons}
    assert rows["more"] == "subscription"
    assert place.percent > 0
    Subscription.objects.update(access_until=Now() + timedelta(days=9))
    assert not queries.lock_of(more, sam, place)


def test_what_was_bought_stays_whatever_the_plan_does(premium, subscription, sam) -> None:
    enrolling.enroll_free(user=sam, course=premium)
    assert quote(premium.pk, sam).price == premium.price
    order = bare_order(sam, state="captured")
    enrolling.enroll(user_id=sam.pk, course=premium, order_id=order.pk)
    lapse()
    place = Enrollment.objects.get()
    assert place.order_id == order.pk
    assert not queries.lock_of(lesson(premium, "more"), sam, place)
    with pytest.raises(AlreadyEnrolled):
        quote(premium.pk, sam)


def test_the_pages_say_how_one_gets_in(client, premium, subscription, sam, otto) -> None:
    page = reverse("courses-course", args=[premium.slug])
    client.force_login(otto)
    assert "see the prices" in client.get(page).content.decode()
    client.force_login(sam)
    assert "Open it with your plan" in client.get(page).content.decode()
    client.post(reverse("courses-enroll", args=[premium.slug]))
    reading = reverse("courses-lesson", args=[premium.slug, "more"])
    assert client.get(reading).status_code == 200
    lapse()
    closed = client.get(reading)
    assert closed.status_code == 403
    assert "Your plan is not open right now" in closed.content.decode()


def test_the_api_names_the_reason(api, premium, subscription, sam) -> None:
    client = api(sam)
    made = client.post(f"/api/v1/courses/{premium.pk}/enroll/")
    assert made.status_code == 201
    session = client.get("/api/v1/auth/session/").json()
    assert session["entitlements"] == ["premium_courses"]
    lapse()
    rows = client.get(f"/api/v1/courses/{premium.pk}/outline/").json()
    assert "subscription" in str(rows)
    assert client.get("/api/v1/auth/session/").json()["entitlements"] == []
    assert api(None).get("/api/v1/auth/session/").json()["entitlements"] == []
