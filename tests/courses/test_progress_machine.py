"""Whatever is done to a course and in it, in whatever order: the figures are those of the rows."""

import shutil
import tempfile
from pathlib import Path

import pytest
from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from courses.errors import LessonLocked, NoAttemptsLeft
from courses.models import Course, Enrollment, Lesson
from courses.services import authoring, enrolling, learning, recomputing, resetting
from tests import cast
from tests.courses.conftest import edit, pass_quiz, write_course
from tutorme.core import jobs, outbox
from tutorme.core.models import OutboxEvent

pytestmark = pytest.mark.django_db
TEXTS = st.sampled_from(["hello", "more"])
ALL = st.sampled_from(["hello", "more", "check"])
WHO = st.sampled_from([0, 1])


class Learning(RuleBasedStateMachine):
    """Two learners, an author who cannot leave the course alone, and a worker now and then."""

    @initialize()
    def begin(self) -> None:
        self.folder = Path(tempfile.mkdtemp())
        self.tess = cast.tutor("Tess")
        course = authoring.load_course(write_course(self.folder), instructor=self.tess)
        self.course = authoring.publish(course=course, actor_id=self.tess.pk)
        people = [cast.person("Sam"), cast.person("Otto")]
        self.places = [enrolling.enroll(user_id=user.pk, course=course) for user in people]
        self.completed: dict[object, object] = {}

    def teardown(self) -> None:
        shutil.rmtree(self.folder, ignore_errors=True)

    def lesson(self, key: str) -> Lesson:
        return self.course.lessons.get(key=key)

    @rule(who=WHO, key=TEXTS)
    def complete(self, who: int, key: str) -> None:
        try:
            learning.complete_lesson(enrollment=self.places[who], lesson=self.lesson(key))
        except LessonLocked:
            return

    @rule(who=WHO)
    def pass_the_quiz(self, who: int) -> None:
        try:
            pass_quiz(self.places[who])
        except (NoAttemptsLeft, LessonLocked):
            return

    @rule(who=WHO, key=ALL)
    def reset(self, who: int, key: str) -> None:
        place = self.places[who]
        resetting.reset_lesson(enrollment=place, lesson=self.lesson(key), actor_id=place.user_id)

    @rule(key=ALL)
    def toggle_and_publish(self, key: str) -> None:
        required = self.lesson(key).is_required
        edit(self.course, key, is_required=not required)

    @rule(who=WHO)
    def leave_and_come_again(self, who: int) -> None:
        enrolling.leave(enrollment=self.places[who])
        enrolling.enroll(user_id=self.places[who].user_id, course=self.course)

    @rule()
    def work_in_the_background(self) -> None:
        for _ in range(20):
            due = jobs.due().filter(kind="courses.recount").values_list("pk", flat=True)
            if not (outbox.deliver_due() + sum(jobs.run(pk) for pk in list(due))):
                return

    @invariant()
    def figures_are_possible_and_completions_stay(self) -> None:
        for row in Enrollment.objects.all():
            assert 0 <= row.percent <= 100
            if row.pk in self.completed:
                assert row.completed_at == self.completed[row.pk]
            elif row.completed_at:
                self.completed[row.pk] = row.completed_at
        told = OutboxEvent.objects.filter(name="enrollment.completed").count()
        assert told == len(self.completed)

    @invariant()
    def counting_again_finds_nothing_once_the_work_is_done(self) -> None:
        self.work_in_the_background()
        assert recomputing.recompute(dry_run=True) == []
        course = Course.objects.get()
        assert course.enrollment_count == Enrollment.objects.open().count()


class Undone(Learning):
    """Each example in a transaction of its own, undone at its end."""

    def __init__(self) -> None:
        super().__init__()
        self.held = transaction.atomic()
        self.held._from_testcase = True  # type: ignore[attr-defined]
        self.held.__enter__()

    def teardown(self) -> None:
        super().teardown()
        transaction.set_rollback(True)
        self.held.__exit__(None, None, None)


def test_any_sequence_leaves_nothing_to_correct() -> None:
    few = settings(
        max_examples=6,
        stateful_step_count=12,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    run_state_machine_as_test(Undone, settings=few)
