"""What was certified stays: through a refund, and beside what a breaking version adds."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import transaction
from django.utils import timezone

from accounts.models import User
from certificates.models import Certificate
from certificates.services import issuing, taking_back
from courses.models import Course, Enrollment
from courses.services import (
    authoring,
    drafting,
    enrolling,
    learning,
    recomputing,
    renewing,
    writing,
)
from payments.events import PaymentRefunded
from tests.courses.conftest import course, lesson, pass_quiz, publish  # noqa: F401  fixtures
from tests.payments.conftest import bare_order
from tutorme.core import outbox

# ruff: noqa: F811
pytestmark = pytest.mark.django_db
Act = Callable[[], None]


@pytest.fixture
def bought(publish: Callable[..., Course], sam: User, media: Path, drain: Act) -> Enrollment:
    """Paid for, completed and certified."""
    course = publish(slug="paid", amount="29.00")
    order = bare_order(sam, target_id=course.pk, captured_at=timezone.now())
    place = enrolling.enroll(user_id=sam.pk, course=course, order_id=order.pk)
    for key in ("hello", "more"):
        learning.complete_lesson(enrollment=place, lesson=lesson(course, key))
    pass_quiz(place)
    drain()
    return place


def in_force() -> list[tuple[int, str]]:
    rows = Certificate.objects.filter(state="issued").order_by("course_version")
    return [(row.course_version, row.facts["completed_on"]) for row in rows]


def break_it(course: Course, drain: Act) -> None:
    draft = drafting.draft_of(course).course.lesson_drafts.get(key="more")
    author = course.instructor_id
    writing.save_lesson(lesson=draft, changes={"body": "# More\n\nNew law."}, actor_id=author)
    authoring.publish(course=course, actor_id=author, is_breaking=True)
    drain()


def refund(place: Enrollment, drain: Act) -> None:
    assert place.order_id is not None
    facts = (place.order_id, "course", place.course_id, place.user_id, 2900, "EUR")
    with transaction.atomic():
        outbox.record(PaymentRefunded(*facts, full=True))
    drain()


def test_a_full_refund_after_completion_takes_the_place_and_not_the_certificate(
    bought: Enrollment, drain: Act, client, ada: User
) -> None:
    (before,) = Certificate.objects.values()
    assert before["state"] == "issued"
    refund(bought, drain)
    bought.refresh_from_db()
    assert bought.state == "cancelled"
    assert list(Certificate.objects.values()) == [before]
    verify = f"/verify/{before['code']}/"
    assert "revoked" not in client.get(verify).content.decode()
    # The control: what does take it back, by a person and with a reason.
    row = Certificate.objects.get()
    taking_back.revoke(certificate=row, actor_id=ada.pk, reason="Somebody else learned it.")
    page = client.get(verify).content.decode()
    assert "revoked" in page
    assert "Somebody else learned it." in page


def test_coming_again_after_a_refund_issues_nothing_twice(bought: Enrollment, drain: Act) -> None:
    refund(bought, drain)
    enrolling.enroll(user_id=bought.user_id, course=bought.course, order_id=bought.order_id)
    learning.complete_lesson(enrollment=bought, lesson=lesson(bought.course, "hello"))
    assert recomputing.recompute() == []
    drain()
    assert len(in_force()) == 1


def test_a_renewal_issues_one_more_for_its_version_and_day(bought: Enrollment, drain: Act) -> None:
    first = in_force()
    break_it(bought.course, drain)
    # At noon the day is the same here and where Sam lives.
    later = (timezone.now() + timedelta(days=40)).replace(hour=12)
    learning.complete_lesson(enrollment=bought, lesson=lesson(bought.course, "hello"), now=later)
    drain()
    assert in_force() == first, "what changed was not learned yet"
    renewing.begin(enrollment=bought, actor_id=bought.user_id)
    learning.complete_lesson(enrollment=bought, lesson=lesson(bought.course, "more"), now=later)
    drain()
    assert in_force() == [*first, (2, later.date().isoformat())]
    again = issuing.issue_renewed(bought.pk, version=2, at=later)
    assert (again.course_version, Certificate.objects.count()) == (2, 2)
    # Made anew with today's names: still of that version and that day.
    second = Certificate.objects.get(course_version=2)
    issuing.reissue(certificate=second, actor_id=None, reason="A new name.")
    drain()
    assert in_force() == [*first, (2, later.date().isoformat())]
