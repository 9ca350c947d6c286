"""Progress by the server's rules: counted, sticky, merged, explained."""

import random
import threading
from datetime import timedelta
from functools import partial
from typing import Any
from uuid import uuid4

import pytest
from django.db import transaction
from django.utils import timezone

from accounts.models import User
from courses.errors import NoAttemptsLeft
from courses.models import Course, Enrollment, LessonProgress
from courses.services import authoring, enrolling, learning, outlining, recomputing
from tests.courses.conftest import edit, lesson, pass_quiz
from tests.races.parallel import together
from tutorme.core.models import OutboxEvent

pytestmark = pytest.mark.django_db


def events(name: str) -> int:
    return OutboxEvent.objects.filter(name=name).count()


@pytest.mark.parametrize(
    ("done", "counted", "percent"),
    [(0, 0, 0), (0, 3, 0), (1, 3, 33), (199, 200, 99), (200, 200, 100), (2, 3, 66)],
)
def test_percent_is_rounded_down_and_full_only_when_done(done, counted, percent) -> None:
    assert learning.percent_of(done, counted) == percent


def finish(place: Enrollment) -> Enrollment:
    for key in ("hello", "more"):
        learning.complete_lesson(enrollment=place, lesson=lesson(place.course, key))
    pass_quiz(place)
    place.refresh_from_db()
    return place


def test_sam_finishes_once_and_for_good(place: Enrollment) -> None:
    finish(place)
    assert (place.state, place.percent, place.completed_version) == ("completed", 100, 1)
    first = place.completed_at
    finish(place)
    assert place.completed_at == first
    assert (events("enrollment.completed"), events("lesson.completed")) == (1, 3)


def test_a_later_lesson_lowers_the_percent_and_not_the_completion(
    place: Enrollment, course: Course, tess: User, drain
) -> None:
    finish(place)
    outlining.add_lesson(course=course, title="New", body="x", actor_id=tess.pk)
    authoring.publish(course=course, actor_id=tess.pk)
    drain()
    place.refresh_from_db()
    assert (place.percent, place.state, place.completed_version) == (75, "completed", 1)
    assert events("enrollment.completed") == 1


def test_taking_away_the_last_undone_lesson_completes(
    place: Enrollment, course: Course, drain
) -> None:
    for key in ("hello", "more"):
        learning.complete_lesson(enrollment=place, lesson=lesson(course, key))
    edit(course, "check", is_required=False)
    drain()
    place.refresh_from_db()
    assert (place.state, events("enrollment.completed")) == ("completed", 1)


def test_time_is_never_more_than_what_passed(place: Enrollment) -> None:
    first = timezone.now()
    one = lesson(place.course, "hello")
    beat = partial(learning.report, user=place.user, lesson_id=one.pk)
    assert beat(client_event_id=uuid4(), seconds=9999, now=first).seconds == 15
    # The slack is given once: sending more messages does not make time.
    assert beat(client_event_id=uuid4(), seconds=9999, now=first).seconds == 15
    later = first + timedelta(seconds=30)
    assert beat(client_event_id=uuid4(), seconds=9999, now=later).seconds == 45
    day = first + timedelta(days=1)
    assert beat(client_event_id=uuid4(), seconds=9999, now=day).seconds == 165


def test_a_repeated_message_counts_once_and_places_merge_upwards(place: Enrollment) -> None:
    one = lesson(place.course, "hello")
    send = partial(learning.report, user=place.user, lesson_id=one.pk)
    event = uuid4()
    for _ in range(3):
        send(client_event_id=event, seconds=10, position=700)
    send(client_event_id=uuid4(), position=200)
    row = LessonProgress.objects.get()
    assert (row.seconds, row.position) == (10, 700)


def test_recomputing_finds_nothing_after_any_sequence(
    place: Enrollment, course: Course, otto: User, drain
) -> None:
    dice = random.Random(7)
    places = [place, enrolling.enroll(user_id=otto.pk, course=course)]
    texts = [lesson(course, "hello"), lesson(course, "more")]
    quiz = lesson(course, "check")

    def toggle() -> None:
        chosen = dice.choice([*texts, quiz])
        chosen.is_required = not chosen.is_required
        if any(one.is_required for one in (*texts, quiz)):
            edit(course, chosen.key, is_required=chosen.is_required)
        else:
            chosen.is_required = True

    acts: list[Any] = [
        lambda: learning.complete_lesson(enrollment=dice.choice(places), lesson=dice.choice(texts)),
        lambda: pass_quiz(dice.choice(places)) if dice.random() < 0.3 else None,
        toggle,
    ]
    for _ in range(25):
        try:
            dice.choice(acts)()
        except NoAttemptsLeft:
            continue
        drain()
        for row in Enrollment.objects.all():
            assert 0 <= row.percent <= 100
    assert recomputing.recompute(dry_run=True) == []


@pytest.mark.django_db(transaction=True)
def test_eight_devices_complete_the_course_once(place: Enrollment) -> None:
    pass_quiz(place)
    learning.complete_lesson(enrollment=place, lesson=lesson(place.course, "hello"))
    last = lesson(place.course, "more")
    results = together([partial(learning.complete_lesson, enrollment=place, lesson=last)] * 8)
    assert not [result for result in results if isinstance(result, Exception)]
    assert (events("enrollment.completed"), events("lesson.completed")) == (1, 3)


@pytest.mark.django_db(transaction=True)
def test_two_last_lessons_at_once_still_complete(place: Enrollment) -> None:
    """Each alone sees the other undone; only the lock makes one of them see both."""
    pass_quiz(place)
    keys = ("hello", "more")
    actions = [
        partial(learning.complete_lesson, enrollment=place, lesson=lesson(place.course, key))
        for key in keys
    ]
    together(actions)
    place.refresh_from_db()
    assert (place.percent, place.state) == (100, "completed")


@pytest.mark.django_db(transaction=True)
def test_control_without_the_lock_nobody_sees_both(place: Enrollment) -> None:
    """The same steps over a plain read, in the order only a lock excludes: both mark, both
    count, both write what they counted."""
    counted = threading.Barrier(2)

    def naive(key: str) -> None:
        with transaction.atomic():
            LessonProgress.objects.create(
                enrollment=place, lesson=lesson(place.course, key), completed_at=timezone.now()
            )
            done = LessonProgress.objects.filter(completed_at__isnull=False).count()
            counted.wait(timeout=60)
            Enrollment.objects.update(percent=learning.percent_of(done, 3))

    pass_quiz(place)
    assert together([partial(naive, "hello"), partial(naive, "more")]) == [None, None]
    assert LessonProgress.objects.filter(completed_at__isnull=False).count() == 3
    place.refresh_from_db()
    assert (place.percent, place.state) == (66, "active")


@pytest.mark.django_db(transaction=True)
def test_eight_clicks_enrol_once(course: Course, sam: User) -> None:
    enrol = partial(enrolling.enroll, user_id=sam.pk, course=course)
    together([enrol] * 8)
    course.refresh_from_db()
    assert (Enrollment.objects.count(), course.enrollment_count) == (1, 1)
    assert events("enrollment.created") == 1
