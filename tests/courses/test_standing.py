"""Where somebody stands at a lesson is written once; it says what the queryset itself says."""

from uuid import UUID

import pytest

from accounts.models import User
from courses.models import Enrollment, Lesson, ProgressBeat
from courses.services import enrolling, learning
from tutorme.core.prepared import first

pytestmark = pytest.mark.django_db


def plainly(place: Enrollment, of: Lesson, event: UUID | None = None) -> dict:
    return learning._asked.build(place.pk, place.course_id, of.pk, event).get()


def test_every_lesson_says_the_same_before_and_after(place: Enrollment) -> None:
    event = UUID(int=77)
    lessons = list(place.course.lessons.all())
    assert len(lessons) > 2
    for turn in range(2):
        for row in lessons:
            asked = (place.pk, place.course_id, row.pk)
            assert first(learning._asked(*asked, None)) == plainly(place, row)
            after = first(learning._asked(*asked, event))
            assert after == plainly(place, row, event)
            assert after["is_known"] is bool(turn)
        learning.mark_complete(place, lessons[turn].pk, place.created_at)
        ProgressBeat.objects.get_or_create(enrollment=place, client_event_id=event)


def test_another_learner_stands_elsewhere(place: Enrollment, otto: User) -> None:
    row = place.course.lessons.earliest("position")
    learning.mark_complete(place, row.pk, place.created_at)
    other = enrolling.enroll_free(user=otto, course=place.course)
    done, begun = (learning._standing(each, row.pk) for each in (place, other))
    assert done.progress.completed_at is not None
    assert begun.progress.completed_at is None


def test_a_lesson_that_is_gone_does_not_exist(place: Enrollment) -> None:
    with pytest.raises(Lesson.DoesNotExist):
        learning._standing(place, UUID(int=5))
