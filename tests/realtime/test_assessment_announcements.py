"""What learners and tutors hear of marked work, and nobody else."""

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import yaml

from accounts.models import User
from courses.models import Attempt, Course, Enrollment, Handover, Question
from courses.services import (
    appeals,
    authoring,
    corrections,
    discussions,
    drafting,
    enrolling,
    handing_over,
    learning,
    marking,
    submission_marks,
    writing,
)
from courses.services.marking import Mark
from realtime import announcements
from realtime.models import MailDelivery, Notification
from tests.courses.assessment import FULL, RUBRIC, handed_in, taken
from tests.courses.conftest import QUIZ, RIGHT, lesson, write_course

pytestmark = pytest.mark.django_db
WHY = {"key": "why", "kind": "open", "prompt": "Why?", "points": 3}
LEARN = "/learn/first-steps"


@pytest.fixture
def course(tmp_path: Path, tess: User) -> Course:
    """With an open question, and an exercise beside the quiz."""
    home = write_course(tmp_path)
    manifest: dict[str, Any] = yaml.safe_load((home / "course.yaml").read_text())
    rules = {"completion": "passed", "max_submissions": 3, "rubric": RUBRIC}
    row = {"key": "essay", "title": "Essay", "kind": "exercise", "exercise": rules}
    manifest["sections"][1]["lessons"].append(row)
    (home / "course.yaml").write_text(yaml.safe_dump(manifest))
    (home / "lessons/essay.md").write_text("Write a page about rain.")
    questions = [*QUIZ["questions"], WHY]  # type: ignore[misc]
    (home / "lessons/check.yaml").write_text(yaml.safe_dump({**QUIZ, "questions": questions}))
    found = authoring.load_course(home, instructor=tess)
    return authoring.publish(course=found, actor_id=tess.pk)


@pytest.fixture
def place(course: Course, sam: User, drain) -> Enrollment:
    """Sam's, once what that says is told and read."""
    made = enrolling.enroll_free(user=sam, course=course)
    drain()
    Notification.objects.all().delete()
    MailDelivery.objects.all().delete()
    return made


@pytest.fixture
def heard(drain):
    """Who was told what since the last time, in English."""

    def news() -> list[tuple[str, str, str]]:
        drain()
        rows = list(Notification.objects.select_related("user").order_by("created_at", "pk"))
        Notification.objects.filter(pk__in=[row.pk for row in rows]).delete()
        said = [(row, announcements.words(row.kind, row.facts, "en")) for row in rows]
        return sorted((row.user.display_name, words.title, row.url) for row, words in said)

    return news


def test_open_answers_go_to_the_tutor_and_come_back(place: Enrollment, tess: User, heard) -> None:
    attempt = taken(place, {**RIGHT, "why": "So."})
    mark = f"/teach/grading/attempts/{attempt.pk}/"
    assert heard() == [("Tess", "Open answers to mark: Check", mark)]
    why = attempt.answers.get(question__key="why").question_id
    marking.mark_open_answers(attempt_id=attempt.pk, tutor=tess, marks={why: Mark(Decimal(1))})
    result = f"{LEARN}/check/attempts/1/"
    assert ("Sam", "Your answers are marked: Check", result) in heard()
    again = {why: Mark(Decimal(2))}
    marking.mark_again(attempt_id=attempt.pk, tutor=tess, marks=again, reason="Misread")
    assert heard() == [("Sam", "More points: Check", result)]


def test_what_the_server_marks_at_once_is_no_news(place: Enrollment, heard) -> None:
    taken(place, {"capital": "b"})
    assert heard() == []


def test_a_corrected_key_is_told_to_who_rose(
    place: Enrollment, course: Course, tess: User, otto: User, heard
) -> None:
    other = enrolling.enroll(user_id=otto.pk, course=course)
    taken(place, {"capital": "b"})
    taken(other, {"capital": "a"})
    heard()
    options = [
        {"key": "a", "text": "Lima", "correct": False},
        {"key": "b", "text": "Cusco", "correct": True},
    ]
    question = Question.objects.select_related("item").get(key="capital")
    corrections.correct_key(
        question=question, key={"options": options}, reason="Cusco.", actor_id=tess.pk
    )
    assert [(who, title) for who, title, _ in heard()] == [("Sam", "More points: Check")]


def test_an_appeal_goes_to_the_author_and_its_end_to_who_appealed(
    place: Enrollment, tess: User, heard
) -> None:
    attempt: Attempt = taken(place, {**RIGHT, "hello": "Buenas"})
    heard()
    wrong = attempt.answers.get(question__key="hello")
    row = appeals.open_appeal(user=place.user, answer_id=wrong.pk, text="It is said.")
    assert heard() == [("Tess", "An appeal: Check", f"/teach/grading/appeals/{row.pk}/")]
    appeals.reject(appeal_id=row.pk, tutor=tess, reply="Not here.")
    told = [("Sam", "Your appeal is decided: Check", f"{LEARN}/check/attempts/1/")]
    assert heard() == told


def test_work_goes_to_the_tutor_and_comes_back_each_time(
    place: Enrollment, tess: User, heard
) -> None:
    row = handed_in(place)
    mark = f"/teach/grading/submissions/{row.pk}/"
    assert heard() == [("Tess", "Work handed in: Essay", mark)]
    submission_marks.give_back(submission_id=row.pk, tutor=tess, comment="Which rain?", marks={})
    back = [("Sam", "Your work came back: Essay", f"{LEARN}/essay/")]
    assert heard() == back
    second = handed_in(place, "Ours.")
    heard()
    submission_marks.mark(submission_id=second.pk, tutor=tess, marks=FULL, comment="")
    assert back[0] in heard()


def test_a_question_is_told_to_the_tutor_and_an_answer_to_who_follows(
    place: Enrollment, course: Course, tess: User, otto: User, heard
) -> None:
    enrolling.enroll(user_id=otto.pk, course=course)
    heard()
    where = lesson(course, "hello")
    thread = discussions.ask(user=place.user, lesson=where, title="Why so?", body="I do not see.")
    url = f"{LEARN}/hello/questions/{thread.pk}/"
    assert heard() == [("Tess", "A question: Why so?", url)]
    discussions.answer(user=otto, thread_id=thread.pk, body="Look again.")
    assert ("Sam", "An answer to: Why so?", url) in heard()
    discussions.answer(user=tess, thread_id=thread.pk, body="Because.")
    assert {who for who, _, _ in heard()} == {"Sam", "Otto"}
    own = discussions.ask(user=tess, lesson=where, title="Mine", body="Do you see it?")
    assert heard() == []
    later = discussions.answer(user=place.user, thread_id=own.pk, body="Yes.")
    discussions.delete_post(user=place.user, post_id=later.pk)
    assert heard() == []


def test_what_a_tutor_writes_back_is_told_once(place: Enrollment, tess: User, heard) -> None:
    row = handing_over.ask(user=place.user, lesson=lesson(place.course, "hello"), tutor_id=tess.pk)
    Handover.objects.update(booking_id=row.pk)
    for reply in ("All is everybody.", "All are everybody."):
        handing_over.answer(handover_id=row.pk, tutor=tess, reply=reply)
    assert heard() == [("Sam", "Tess wrote back: Hello", f"/handovers/{row.pk}/")]


def test_a_breaking_version_is_told_to_who_finished(
    place: Enrollment, course: Course, tess: User, otto: User, heard
) -> None:
    """And to nobody who is under way."""
    enrolling.enroll(user_id=otto.pk, course=course)
    Enrollment.objects.filter(pk=place.pk).update(
        state="completed", completed_at="2026-11-01T10:00Z", completed_version=1,
        certified_version=1,
    )  # fmt: skip
    learning.complete_lesson(enrollment=place, lesson=lesson(course, "hello"))
    heard()
    draft = drafting.draft_of(course).course.lesson_drafts.get(key="hello")
    writing.save_lesson(lesson=draft, changes={"body": "Other."}, actor_id=tess.pk)
    authoring.publish(course=course, actor_id=tess.pk, is_breaking=True)
    assert heard() == [("Sam", "First steps teaches something else now", f"{LEARN}/")]


def test_every_kind_has_its_words_and_a_page_that_exists() -> None:
    kinds = {
        *("attempt-to-mark", "submission-to-mark", "appeal-opened", "attempt-marked"),
        *("attempt-regraded", "attempt-read-again", "appeal-decided", "submission-marked"),
        *("handover-answered", "question-asked", "question-answered", "course-renewal"),
    }
    facts = dict.fromkeys(
        ("lesson", "course", "question", "score", "most", "tutor", "version"), "Ω<b>"
    )
    for kind in kinds:
        words = announcements.words(kind, facts, "en")
        assert "%(" not in f"{words.title}{words.body}"
