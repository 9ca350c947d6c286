"""What an author may set of a quiz: waiting after a miss, which result stands, when answers are
shown, and who has longer."""

from datetime import datetime, timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone

from accounts.models import User
from courses.errors import AttemptEnded, CoolingDown
from courses.models import Attempt, Course, Enrollment, Quiz
from courses.quiz_intros import quiz_intro
from courses.services import accommodating, marking, quizzes
from tests.courses.assessment import taken
from tests.courses.conftest import RIGHT, answers, lesson
from tutorme.core.errors import InvalidInput, NotFound
from tutorme.core.models import AuditEntry

pytestmark = pytest.mark.django_db
WRONG = {"capital": "b"}
HALF = {"capital": "a", "even": ["two"]}  # 3 of 7


def failed(place: Enrollment, now: datetime) -> Attempt:
    check = lesson(place.course, "check")
    attempt = quizzes.start(enrollment=place, lesson=check, now=now)
    return quizzes.submit(attempt=attempt, now=now)


# Waiting after a miss ----------------------------------------------------------------------------


def test_after_a_miss_one_waits_as_long_as_its_author_says(
    place: Enrollment, course: Course, client: Client, sam: User
) -> None:
    Quiz.objects.update(cooldown_hours=2)
    check, now = lesson(course, "check"), timezone.now()
    failed(place, now)
    early = now + timedelta(hours=2) - timedelta(seconds=1)
    with pytest.raises(CoolingDown) as refused:
        quizzes.start(enrollment=place, lesson=check, now=early)
    assert refused.value.extras["ready_at"] == (now + timedelta(hours=2)).isoformat()
    client.force_login(sam)
    assert "You can try again from" in client.get("/learn/first-steps/check/").content.decode()
    again = quizzes.start(enrollment=place, lesson=check, now=now + timedelta(hours=2))
    assert again.number == 2


def test_a_pass_waits_for_nothing(place: Enrollment, course: Course) -> None:
    Quiz.objects.update(cooldown_hours=2)
    assert taken(place, RIGHT).passed
    assert quizzes.start(enrollment=place, lesson=lesson(course, "check")).number == 2


def test_the_wait_is_told_by_the_api(api, place: Enrollment, course: Course, sam: User) -> None:
    Quiz.objects.update(cooldown_hours=2)
    failed(place, timezone.now())
    path = f"/api/v1/lessons/{lesson(course, 'check').pk}/attempts/"
    answer = api(sam).post(path)
    assert (answer.status_code, answer.json()["code"]) == (409, "quiz-cooling-down")
    assert answer.json()["ready_at"]


# Which result stands -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("record", "stands"),
    [
        (Quiz.Record.HIGHEST, Decimal(100)),
        (Quiz.Record.LAST, 100 * Decimal(3) / 7),
        (Quiz.Record.FIRST, Decimal(0)),
        (Quiz.Record.AVERAGE, (100 + 100 * Decimal(3) / 7) / 3),
    ],
)
def test_the_result_that_stands(place: Enrollment, record: Quiz.Record, stands: Decimal) -> None:
    Quiz.objects.update(record=record)
    for given in (WRONG, RIGHT, HALF):
        taken(place, given)
    about = quiz_intro(lesson(place.course, "check"), place)
    assert about is not None
    found = marking.record_of(about.quiz, about.attempts)
    assert found is not None
    assert round(found, 6) == round(stands, 6)
    assert about.record == int(stands)


def test_nothing_stands_before_anything_is_marked(place: Enrollment, course: Course) -> None:
    quizzes.start(enrollment=place, lesson=lesson(course, "check"))
    about = quiz_intro(lesson(course, "check"), place)
    assert about is not None
    assert about.record is None


# When answers are shown --------------------------------------------------------------------------


def test_answers_are_shown_from_a_date_on(place: Enrollment) -> None:
    day = timezone.now() + timedelta(days=3)
    Quiz.objects.update(review="after_date", review_from=day)
    attempt = taken(place, RIGHT)
    attempt = Attempt.objects.select_related("lesson__quiz").get(pk=attempt.pk)
    assert not marking.may_review(attempt, day - timedelta(seconds=1))
    assert marking.may_review(attempt, day)


def test_a_date_belongs_to_it(place: Enrollment) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Quiz.objects.update(review="after_date", review_from=None)


def test_the_api_follows_the_date(api, place: Enrollment, sam: User) -> None:
    day = timezone.now() + timedelta(days=3)
    Quiz.objects.update(review="after_date", review_from=day)
    attempt = taken(place, RIGHT)
    shown = api(sam).get(f"/api/v1/attempts/{attempt.pk}/").content.decode()
    assert "KEYCANARY" not in shown
    Quiz.objects.update(review_from=timezone.now() - timedelta(minutes=1))
    shown = api(sam).get(f"/api/v1/attempts/{attempt.pk}/").content.decode()
    assert "KEYCANARY" in shown


def test_answers_are_shown_after_the_last_attempt(api, place: Enrollment, sam: User) -> None:
    Quiz.objects.update(review="after_last_attempt", max_attempts=2)
    first, second = taken(place, WRONG), taken(place, WRONG)
    assert "KEYCANARY" not in api(sam).get(f"/api/v1/attempts/{first.pk}/").content.decode()
    assert "KEYCANARY" in api(sam).get(f"/api/v1/attempts/{second.pk}/").content.decode()


# Who has longer ----------------------------------------------------------------------------------


def test_who_needs_longer_has_longer_from_then_on(
    place: Enrollment, course: Course, tess: User, orla: User
) -> None:
    Quiz.objects.update(time_limit_minutes=10)
    check, now = lesson(course, "check"), timezone.now()
    for factor in ("0.99", "5.01"):
        with pytest.raises(InvalidInput):
            accommodating.set_time_factor(
                enrollment_id=place.pk, tutor=tess, factor=Decimal(factor)
            )
    half_more = Decimal("1.5")
    with pytest.raises(NotFound):
        accommodating.set_time_factor(enrollment_id=place.pk, tutor=orla, factor=half_more)
    before = quizzes.start(enrollment=place, lesson=check, now=now)
    accommodating.set_time_factor(enrollment_id=place.pk, tutor=tess, factor=half_more)
    before.refresh_from_db()
    assert before.deadline_at == now + timedelta(minutes=10)
    quizzes.submit(attempt=before, now=now)
    place.refresh_from_db()
    attempt = quizzes.start(enrollment=place, lesson=check, now=now)
    assert attempt.deadline_at == now + timedelta(minutes=15)
    given = answers(attempt, RIGHT)
    quizzes.save_answers(attempt=attempt, answers=given, now=now + timedelta(minutes=14))
    with pytest.raises(AttemptEnded):
        quizzes.save_answers(
            attempt=attempt, answers=given, now=now + timedelta(minutes=15, seconds=11)
        )
    entry = AuditEntry.objects.get(action="enrollment.time-factor")
    assert (entry.before, entry.after) == ({"time_factor": "1.00"}, {"time_factor": "1.5"})


def test_control_others_have_what_its_author_said(place: Enrollment, course: Course) -> None:
    Quiz.objects.update(time_limit_minutes=10)
    now = timezone.now()
    attempt = quizzes.start(enrollment=place, lesson=lesson(course, "check"), now=now)
    with pytest.raises(AttemptEnded):
        quizzes.save_answers(
            attempt=attempt, answers=answers(attempt, RIGHT), now=now + timedelta(minutes=14)
        )
