"""Forty messages at once, two devices, ratings and enrolments of everybody at the same moment."""

import random
import threading
from functools import partial
from typing import Any
from uuid import uuid4

import pytest
from django.db.models import F
from django.utils import timezone

from accounts.models import User
from courses.models import Course, CourseRating, Enrollment, LessonProgress, ProgressBeat
from courses.queries import catalogue
from courses.services import authoring, counting, enrolling, learning, notes, ratings, recomputing
from tests import cast
from tests.courses.conftest import lesson, write_course
from tests.races.parallel import together

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def course(tmp_path, tess: User) -> Course:
    found = authoring.load_course(write_course(tmp_path), instructor=tess)
    return authoring.publish(course=found, actor_id=tess.pk)


@pytest.fixture
def place(course: Course, sam: User) -> Enrollment:
    return enrolling.enroll(user_id=sam.pk, course=course)


def fine(results: list[Any]) -> None:
    assert not [result for result in results if isinstance(result, Exception)], results


def test_forty_beats_at_once_make_no_time(place: Enrollment) -> None:
    """Each claims ten seconds; the clock has given the slack, once, and by the test's clock no
    time passes between them."""
    one, now = lesson(place.course, "hello"), timezone.now()
    send = partial(
        learning.report, user=place.user, lesson_id=one.pk, seconds=10, position=400, now=now
    )
    learning.open_lesson(enrollment=place, lesson=one, now=now)
    for _ in range(4):
        fine(together(beats(send, 10)))
    row = LessonProgress.objects.get()
    assert row.seconds == 15
    assert (row.position, ProgressBeat.objects.count()) == (400, 40)
    assert recomputing.recompute(dry_run=True) == []


def beats(send: Any, count: int) -> list[Any]:
    return [partial(send, client_event_id=uuid4()) for _ in range(count)]


def test_control_without_the_lock_every_beat_counts(place: Enrollment) -> None:
    """Reading first and writing after: all of them read nothing spent."""
    one = lesson(place.course, "hello")
    learning.open_lesson(enrollment=place, lesson=one)
    read = threading.Barrier(8)

    def naive() -> None:
        row = LessonProgress.objects.get()
        read.wait(timeout=60)
        if row.seconds + 10 <= 15:
            LessonProgress.objects.update(seconds=F("seconds") + 10)

    fine(together([naive] * 8))
    assert LessonProgress.objects.get().seconds == 80


def test_two_devices_never_lower_each_other(place: Enrollment) -> None:
    one = lesson(place.course, "hello")
    far, near = {"position": 900, "sections": {"a": 900}}, {"position": 100, "sections": {"a": 100}}
    send = partial(learning.report, user=place.user, lesson_id=one.pk)
    acts = [partial(send, client_event_id=uuid4(), **facts) for facts in (far, near) * 4]
    fine(together(acts))
    row = LessonProgress.objects.get()
    assert (row.position, row.sections) == (900, {"a": 900})


def test_rating_twice_at_once_is_one_rating(place: Enrollment, course: Course) -> None:
    Enrollment.objects.update(percent=50)
    acts = [
        partial(ratings.rate, user=place.user, course=course, rating=1 + n % 5, review="")
        for n in range(8)
    ]
    results = together(acts)
    fine(results)
    assert sorted(is_new for _row, is_new in results) == [False] * 7 + [True]
    course.refresh_from_db()
    assert (CourseRating.objects.count(), course.rating_count) == (1, 1)
    assert counting.recount(dry_run=True) == []


def test_control_looking_first_rates_twice(place: Enrollment, course: Course) -> None:
    """Without the constraint deciding whose insert was the first, everybody counts."""
    looked = threading.Barrier(4)

    def naive() -> None:
        if not CourseRating.objects.exists():
            looked.wait(timeout=60)
            row = CourseRating(course=course, user=place.user, rating=5)
            CourseRating.objects.bulk_create([row], ignore_conflicts=True)
            Course.objects.filter(pk=course.pk).update(rated_5=F("rated_5") + 1)

    fine(together([naive] * 4))
    assert [row.counted["rated_5"] for row in counting.recount(dry_run=True)] == [1]


def test_everybody_rates_changes_and_is_hidden_at_once(course: Course, ada: User) -> None:
    people = [cast.person(f"Pupil{number}") for number in range(6)]
    for person in people:
        enrolling.enroll(user_id=person.pk, course=course)
    Enrollment.objects.update(percent=100)
    rows = [ratings.rate(user=one, course=course, rating=3, review="")[0] for one in people]
    acts: list[Any] = []
    for number, (person, row) in enumerate(zip(people, rows, strict=True)):
        acts.append(
            partial(ratings.rate, user=person, course=course, rating=1 + number % 5, review="")
        )
        acts.append(partial(ratings.hide, rating=row, hidden=number % 2 == 0, actor_id=ada.pk))
    fine(together(acts))
    assert counting.recount(dry_run=True) == []


def test_a_thousand_enrolments_and_cancellations_leave_the_count_right(course: Course) -> None:
    people = [cast.person(f"Pupil{number}") for number in range(10)]

    def coming_and_going(seed: int) -> None:
        dice = random.Random(seed)
        for _ in range(125):
            user = dice.choice(people)
            if dice.random() < 0.5:
                enrolling.enroll(user_id=user.pk, course=course)
            elif row := Enrollment.objects.filter(user=user).first():
                enrolling.leave(enrollment=row)

    fine(together([partial(coming_and_going, seed) for seed in range(8)]))
    course.refresh_from_db()
    assert course.enrollment_count == Enrollment.objects.open().count()
    assert counting.recount(dry_run=True) == []


def test_keeping_and_marking_at_once_is_done_once(place: Enrollment, course: Course) -> None:
    one = lesson(course, "hello")
    acts: list[Any] = [partial(notes.keep, user=place.user, course=course)] * 4
    acts += [partial(notes.bookmark, user=place.user, lesson=one, at_s=5, label="x")] * 4
    fine(together(acts))
    assert (place.user.favorites.count(), place.user.lesson_bookmarks.count()) == (1, 1)


def test_the_catalogues_stamp_misses_no_change(course: Course) -> None:
    """Each writer counts in a slot of its own; the sum is of all."""

    def touch() -> None:
        for _ in range(20):
            Course.objects.filter(pk=course.pk).update(subtitle=F("subtitle"))

    before = catalogue.stamp()
    fine(together([touch] * 6))
    assert catalogue.stamp() == before + 120
