"""Wrong keys: found by counting, appealed, corrected, and everybody marked again, upwards."""

from decimal import Decimal

import pytest
from django.db import DatabaseError, transaction

from accounts.models import User
from courses import item_statistics
from courses.errors import AppealExists, KeyUnchanged, QuestionInvalid, ReviewClosed
from courses.models import Appeal, Attempt, Course, Enrollment, Question, Quiz, Regrade
from courses.services import appeals, authoring, corrections, enrolling, quiz_content
from tests.courses.assessment import learners, taken
from tests.courses.conftest import RIGHT, lesson
from tutorme.core.errors import Conflict, NotFound
from tutorme.core.models import AuditEntry, Job, OutboxEvent

pytestmark = pytest.mark.django_db
CUSCO = {
    "options": [
        {"key": "a", "text": "Lima", "correct": False},
        {"key": "b", "text": "Cusco", "correct": True},
    ]
}


def capital() -> Question:
    return Question.objects.select_related("item").get(key="capital")


def test_a_version_never_changes(course: Course) -> None:
    for name, value in {"prompt": "Other", "solution": {"correct": ["b"]}, "points": 9}.items():
        with pytest.raises(DatabaseError), transaction.atomic():
            Question.objects.filter(key="capital").update(**{name: value})
    Question.objects.filter(key="capital").update(corrected={"correct": ["b"]})


def test_a_corrected_key_raises_and_lowers_nobody(place: Enrollment, tess: User, drain) -> None:
    wrong = {**RIGHT, "capital": "b", "pi": "3", "hello": "x", "flat": False}
    low, high = taken(place, wrong), taken(place, RIGHT)
    assert (low.passed, high.passed, low.score) == (False, True, 2)
    done_at = place.progress.get(lesson__key="check").completed_at
    made = corrections.correct_key(
        question=capital(), key=CUSCO, reason="It was Cusco.", actor_id=tess.pk
    )
    drain()
    low.refresh_from_db()
    high.refresh_from_db()
    assert (low.score, high.score, high.passed) == (4, 7, True)
    row = Regrade.objects.get()
    assert (row.attempt_id, row.old_score, row.new_score) == (low.pk, 2, 4)
    assert OutboxEvent.objects.filter(name="attempt.regraded").count() == 1
    entry = AuditEntry.objects.get(action="attempt.regraded")
    assert entry.before == {"score": "2.00", "passed": False}
    assert Job.objects.get(kind="courses.regrade").result == {"attempts": 2, "raised": 1}
    assert place.progress.get(lesson__key="check").completed_at == done_at
    assert corrections.regrade(correction=made, attempt_id=low.pk) is None


def test_a_pass_by_correction_completes_the_lesson(place: Enrollment, tess: User, drain) -> None:
    failed = taken(place, {**RIGHT, "capital": "b", "hello": "x"})
    assert failed.passed is False
    corrections.correct_key(question=capital(), key=CUSCO, reason="r", actor_id=tess.pk)
    drain()
    failed.refresh_from_db()
    assert failed.passed
    assert place.progress.get(lesson__key="check").completed_at  # type: ignore[unreachable]


def test_an_open_attempt_is_marked_by_the_corrected_key(
    place: Enrollment, tess: User, drain
) -> None:
    corrections.correct_key(question=capital(), key=CUSCO, reason="r", actor_id=tess.pk)
    drain()
    assert taken(place, {"capital": "b"}).score == 2


def test_the_next_publishing_keeps_the_corrected_key(course: Course, tess: User, drain) -> None:
    corrections.correct_key(question=capital(), key=CUSCO, reason="r", actor_id=tess.pk)
    authoring.publish(course=course, actor_id=tess.pk)
    assert Question.objects.filter(key="capital").count() == 1
    draft = course.lesson_drafts.get(key="check")
    [row] = [r for r in quiz_content.document(draft)["questions"] if r["key"] == "capital"]
    assert [option["key"] for option in row["options"] if option["correct"]] == ["b"]


@pytest.mark.parametrize(
    ("key", "error"),
    [
        ({}, KeyUnchanged),
        ({"options": [{"key": "a", "text": "Lima", "correct": False}]}, QuestionInvalid),
        (
            {
                "options": [
                    {"key": "a", "text": "Lyon", "correct": False},
                    {"key": "b", "text": "Cusco", "correct": True},
                ]
            },
            QuestionInvalid,
        ),
    ],
)
def test_a_correction_changes_the_key_alone(course: Course, tess: User, key, error) -> None:
    with pytest.raises(error):
        corrections.correct_key(question=capital(), key=key, reason="r", actor_id=tess.pk)
    assert not Job.objects.filter(kind="courses.regrade").exists()


# Appeals ---------------------------------------------------------------------------------------


@pytest.fixture
def appealed(place: Enrollment) -> Appeal:
    attempt = taken(place, {**RIGHT, "hello": "Buenas"})
    row = attempt.answers.get(question__key="hello")
    return appeals.open_appeal(user=place.user, answer_id=row.pk, text="It is said at all hours.")


def test_an_accepted_answer_counts_for_everybody(
    appealed: Appeal, course: Course, tess: User, drain
) -> None:
    [other] = learners(course, 1)
    same = taken(other, {**RIGHT, "hello": " BUENAS "})
    appeals.accept(appeal_id=appealed.pk, tutor=tess, reply="True.")
    drain()
    scores = Attempt.objects.filter(pk__in=[same.pk, appealed.answer.attempt_id])
    assert set(scores.values_list("score", flat=True)) == {Decimal(7)}
    appealed.refresh_from_db()
    assert (appealed.state, appealed.reply) == ("accepted", "True.")
    assert OutboxEvent.objects.filter(name="appeal.decided").count() == 1
    [third] = [enrolling.enroll(user_id=tess.pk, course=course)]
    assert taken(third, {**RIGHT, "hello": "buenas"}).score == 7


def test_a_rejected_one_changes_nothing(appealed: Appeal, tess: User, drain) -> None:
    appeals.reject(appeal_id=appealed.pk, tutor=tess, reply="That is good evening.")
    drain()
    assert not Regrade.objects.exists()
    with pytest.raises(Conflict):
        appeals.accept(appeal_id=appealed.pk, tutor=tess)


def test_who_may_appeal_and_decide(
    appealed: Appeal, place: Enrollment, otto: User, orla: User
) -> None:
    answer = appealed.answer
    with pytest.raises(AppealExists):
        appeals.open_appeal(user=place.user, answer_id=answer.pk, text="again")
    with pytest.raises(NotFound):
        appeals.open_appeal(user=otto, answer_id=answer.pk, text="mine")
    with pytest.raises(NotFound):
        appeals.accept(appeal_id=appealed.pk, tutor=orla)
    right = answer.attempt.answers.get(question__key="capital")
    with pytest.raises(ReviewClosed):
        appeals.open_appeal(user=place.user, answer_id=right.pk, text="more")


def test_what_is_not_shown_cannot_be_appealed(place: Enrollment) -> None:
    attempt = taken(place, {**RIGHT, "hello": "Buenas"})
    Quiz.objects.update(review="never")
    row = attempt.answers.get(question__key="hello")
    with pytest.raises(ReviewClosed):
        appeals.open_appeal(user=place.user, answer_id=row.pk, text="?")


# How items do ----------------------------------------------------------------------------------


def test_a_wrong_key_shows_in_the_figures(course: Course) -> None:
    """The best choose what the key calls wrong: it tells apart the wrong way round."""
    places = learners(course, 30)
    for number, place in enumerate(places):
        good = {**RIGHT, "capital": "b"}
        bad = {"capital": "a", "flat": number % 2 == 0}
        taken(place, good if number < 12 else bad)
        if number < 3:
            taken(place, RIGHT)  # a second attempt counts for nothing
    rows = {row.question.key: row for row in item_statistics.of_quiz(lesson(course, "check"))}
    assert {row.n for row in rows.values()} == {30}
    assert rows["capital"].flags == ["wrong-key"]
    assert rows["capital"].facility == Decimal("0.6000")
    assert rows["capital"].discrimination == -1
    assert rows["even"].flags == []
    assert rows["even"].discrimination == 1


def test_few_answers_say_nothing(course: Course) -> None:
    for place in learners(course, 29):
        taken(place, {})
    rows = item_statistics.of_quiz(lesson(course, "check"))
    assert [(row.n, row.facility, row.flags) for row in rows] == [(29, 0, [])] * 5


def test_nobody_yet(course: Course) -> None:
    rows = item_statistics.of_quiz(lesson(course, "check"))
    assert [(row.n, row.facility_percent) for row in rows] == [(0, None)] * 5
