"""Exercises: drafts, files, due dates, rubric marks, another try, another look."""

from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from accounts.models import User
from courses.errors import (
    AlreadyMarked,
    LessonLocked,
    NoSubmissionsLeft,
    NotAnExercise,
    NothingToHandIn,
    SubmissionClosed,
    SubmissionTooLate,
    TooManyFiles,
)
from courses.exercise_rules import days_late, problems, rules_of, score_of
from courses.models import Course, Enrollment, Lesson, Submission
from courses.services import enrolling, submission_marks, submissions
from tests.courses.assessment import FULL, HALF, NOTHING, RUBRIC, exercise_course, handed_in
from tests.courses.conftest import lesson
from tutorme.core.errors import Conflict, InvalidInput, NotFound
from tutorme.core.models import AuditEntry, OutboxEvent, StoredFile

pytestmark = pytest.mark.django_db
TEXT = b"What I found out about rain.\n"


@pytest.fixture
def course(tmp_path: Path, tess: User) -> Course:
    return exercise_course(tmp_path, tess)


@pytest.fixture
def essay(course: Course) -> Lesson:
    return lesson(course, "essay")


def rules(essay: Lesson, **changes: object) -> None:
    Lesson.objects.filter(pk=essay.pk).update(data={**essay.data, **changes})


def is_done(place: Enrollment) -> bool:
    return place.progress.filter(lesson__key="essay", completed_at__isnull=False).exists()


def test_from_draft_to_pass(place: Enrollment, essay: Lesson, tess: User) -> None:
    row = submissions.begin(user=place.user, lesson_id=essay.pk)
    assert submissions.begin(user=place.user, lesson_id=essay.pk).pk == row.pk
    with pytest.raises(NothingToHandIn):
        submissions.hand_in(user=place.user, submission_id=row.pk)
    submissions.save(user=place.user, submission_id=row.pk, text="It rains.")
    done = submissions.hand_in(user=place.user, submission_id=row.pk)
    assert (done.state, done.max_score, is_done(place)) == ("submitted", 6, False)
    again = submissions.hand_in(user=place.user, submission_id=row.pk)
    assert again.submitted_at == done.submitted_at
    with pytest.raises(SubmissionClosed):
        submissions.save(user=place.user, submission_id=row.pk, text="Later.")
    marked = submission_marks.mark(submission_id=row.pk, tutor=tess, marks=FULL, comment="Yes.")
    assert (marked.state, marked.score, marked.passed, is_done(place)) == ("graded", 6, True, True)
    with pytest.raises(NoSubmissionsLeft) as refused:
        submissions.begin(user=place.user, lesson_id=essay.pk)
    assert refused.value.extras == {"reason": "passed"}
    names = OutboxEvent.objects.filter(name__startswith="submission.").order_by("id")
    assert list(names.values_list("name", flat=True)) == ["submission.made", "submission.marked"]


def test_handing_in_may_be_enough(place: Enrollment, essay: Lesson) -> None:
    rules(essay, completion="submitted")
    handed_in(place)
    assert is_done(place)


def test_returned_for_another_try(place: Enrollment, essay: Lesson, tess: User) -> None:
    first = handed_in(place)
    submission_marks.give_back(submission_id=first.pk, tutor=tess, comment="Say why.")
    second = submissions.begin(user=place.user, lesson_id=essay.pk)
    assert (second.number, second.text, second.state) == (2, "It rains.", "draft")
    first.refresh_from_db()
    assert (first.state, first.score) == ("returned", None)


def test_as_often_as_its_author_allows(place: Enrollment, essay: Lesson, tess: User) -> None:
    for number in (1, 2, 3):
        row = handed_in(place)
        assert row.number == number
        with pytest.raises(NoSubmissionsLeft):
            submissions.begin(user=place.user, lesson_id=essay.pk)
        submission_marks.mark(submission_id=row.pk, tutor=tess, marks=NOTHING)
    with pytest.raises(NoSubmissionsLeft) as refused:
        submissions.begin(user=place.user, lesson_id=essay.pk)
    assert refused.value.extras == {"reason": "used-up"}


def test_late_costs_by_the_day_begun(place: Enrollment, essay: Lesson, tess: User) -> None:
    rules(essay, due_days=2, late="reduce", late_percent=10)
    late = place.created_at + timedelta(days=3, seconds=1)
    row = handed_in(place, now=late)
    assert (row.days_late, row.penalty_percent) == (2, 20)
    marked = submission_marks.mark(submission_id=row.pk, tutor=tess, marks=FULL)
    assert (marked.score, marked.passed) == (Decimal("4.80"), True)


def test_late_may_be_refused(place: Enrollment, essay: Lesson) -> None:
    rules(essay, due_at="2026-01-01T00:00:00Z", late="refuse")
    with pytest.raises(SubmissionTooLate):
        handed_in(place)
    assert Submission.objects.get().state == "draft"


def test_rules_of_the_moment_are_frozen(place: Enrollment, essay: Lesson, tess: User) -> None:
    row = handed_in(place)
    rules(essay, rubric=[])
    assert submission_marks.mark(submission_id=row.pk, tutor=tess, marks=HALF).score == Decimal(
        "3.5"
    )


@pytest.mark.parametrize(
    "marks",
    [{}, {"idea": {"level": "clear"}}, {**FULL, "more": {"level": "x"}}, {**FULL, "idea": {}}],
)
def test_every_criterion_has_its_level(place: Enrollment, tess: User, marks) -> None:
    row = handed_in(place)
    with pytest.raises(InvalidInput):
        submission_marks.mark(submission_id=row.pk, tutor=tess, marks=marks)
    assert Submission.objects.get().state == "submitted"


def test_a_second_look_keeps_the_pass_and_is_written_down(place: Enrollment, tess: User) -> None:
    row = handed_in(place)
    submission_marks.mark(submission_id=row.pk, tutor=tess, marks=FULL)
    with pytest.raises(AlreadyMarked):
        submission_marks.mark(submission_id=row.pk, tutor=tess, marks=HALF)
    again = submission_marks.mark_again(
        submission_id=row.pk, tutor=tess, marks=NOTHING, comment="", reason="Copied", revision=1
    )
    assert (again.score, again.passed, again.revision) == (0, True, 2)
    entry = AuditEntry.objects.get(action="submission.regraded")
    assert (entry.before["score"], entry.after["score"], entry.reason) == ("6.00", "0.00", "Copied")  # type: ignore[index]
    with pytest.raises(Conflict):
        submission_marks.mark_again(
            submission_id=row.pk, tutor=tess, marks=FULL, comment="", reason="r", revision=1
        )


def test_whose_it_is(place: Enrollment, essay: Lesson, otto: User, orla: User) -> None:
    row = handed_in(place)
    with pytest.raises(NotFound):
        submission_marks.mark(submission_id=row.pk, tutor=orla, marks=FULL)
    with pytest.raises(NotFound):
        submissions.save(user=otto, submission_id=row.pk, text="mine")
    with pytest.raises(LessonLocked):
        submissions.begin(user=otto, lesson_id=essay.pk)
    with pytest.raises(NotAnExercise):
        submissions.begin(user=place.user, lesson_id=lesson(place.course, "check").pk)


def test_a_late_save_undoes_nothing(place: Enrollment, essay: Lesson) -> None:
    row = submissions.begin(user=place.user, lesson_id=essay.pk)
    for sequence, text in [(2, "new"), (1, "old"), (2, "new")]:
        submissions.save(user=place.user, submission_id=row.pk, text=text, sequence=sequence)
    row.refresh_from_db()
    assert (row.text, row.sequence) == ("new", 2)


def test_files(place: Enrollment, essay: Lesson, media: Path) -> None:
    rules(essay, max_files=1)
    row = submissions.begin(user=place.user, lesson_id=essay.pk)
    paper = SimpleUploadedFile("rain.txt", TEXT)
    file = submissions.attach(user=place.user, submission_id=row.pk, upload=paper)
    with pytest.raises(TooManyFiles):
        more = SimpleUploadedFile("more.txt", TEXT)
        submissions.attach(user=place.user, submission_id=row.pk, upload=more)
    submissions.detach(user=place.user, submission_id=row.pk, file_id=file.pk)
    assert not StoredFile.objects.filter(pk=file.pk).exists()
    paper.seek(0)
    submissions.attach(user=place.user, submission_id=row.pk, upload=paper)
    assert submissions.hand_in(user=place.user, submission_id=row.pk).state == "submitted"


# Rules -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "data",
    [
        {"completion": "read"},
        {"pass_percent": 101},
        {"max_files": 11},
        {"due_at": "tomorrow"},
        {"due_at": "2027-01-01T00:00:00Z", "due_days": 3},
        {"late": "maybe"},
        {"takes_text": False, "max_files": 0},
        {"colour": 1},
        {"rubric": [{"key": "a", "title": "A"}]},
        {"rubric": [{"key": "a", "title": "A", "levels": []}]},
        {"rubric": [RUBRIC[0], RUBRIC[0]]},
        {"rubric": [{**RUBRIC[0], "levels": [{"key": "x", "title": "X", "points": 0}] * 2}]},
        {"rubric": [{**RUBRIC[0], "levels": [*RUBRIC[0]["levels"], {"key": "z", "title": "Z"}]}]},
        {"rubric": "abc"},
    ],
)
def test_rules_that_cannot_be_followed_are_named(data) -> None:
    assert problems(data)


def test_rules_that_can() -> None:
    assert problems({"rubric": RUBRIC, "due_days": 7, "late": "reduce"}) == {}
    assert rules_of({}).max_score == 2


@given(seconds=st.integers(-(10**7), 10**7))
def test_a_day_begun_is_a_day(seconds: int) -> None:
    due = timezone.now()
    late = days_late(due, due + timedelta(seconds=seconds))
    assert (late - 1) * 86_400 < max(0, seconds) <= late * 86_400


@given(idea=st.sampled_from(["none", "some", "clear"]), penalty=st.integers(0, 100))
def test_a_penalty_never_raises(idea: str, penalty: int) -> None:
    marks = {"idea": {"level": idea}, "form": {"level": "clean"}}
    whole = score_of(RUBRIC, marks, 0)
    assert 0 <= score_of(RUBRIC, marks, penalty) <= whole


def test_two_places_do_not_meet(place: Enrollment, course: Course, otto: User) -> None:
    other = enrolling.enroll(user_id=otto.pk, course=course)
    assert handed_in(place).number == handed_in(other).number == 1
