"""A small course of two texts and a quiz, from files, as authors bring them."""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import yaml

from accounts.models import User
from certificates.services import issuing
from courses.models import Attempt, Course, Enrollment, Lesson
from courses.services import authoring, drafting, enrolling, quizzes, writing
from tests.conftest import until_quiet
from tutorme.core import jobs

QUIZ = {
    "pass_percent": 70,
    "attempts": 3,
    "questions": [
        {
            "key": "capital",
            "kind": "single",
            "prompt": "The capital of Peru?",
            "points": 2,
            "options": [
                {"key": "a", "text": "Lima", "correct": True},
                {"key": "b", "text": "Cusco", "correct": False, "feedback": "It once was."},
            ],
            "explanation": "KEYCANARY Lima since 1535.",
        },
        {
            "key": "even",
            "kind": "multiple",
            "prompt": "Which are even?",
            "points": 2,
            "options": [
                {"key": "two", "text": "2", "correct": True},
                {"key": "three", "text": "3", "correct": False},
                {"key": "four", "text": "4", "correct": True},
            ],
            "explanation": "Divisible by two.",
        },
        {"key": "flat", "kind": "true_false", "prompt": "Is 7 prime?", "answer": True},
        {
            "key": "pi",
            "kind": "number",
            "prompt": "Pi to two decimals",
            "number": {"value": "3.14", "tolerance": "0.005"},
        },
        {"key": "hello", "kind": "text", "prompt": "Hello in Spanish", "accepted": ["Hola"]},
    ],
}
RIGHT = {"capital": "a", "even": ["two", "four"], "flat": True, "pi": "3,14", "hello": " hola "}


def write_course(folder: Path, *, slug: str = "first-steps", amount: str = "0") -> Path:
    home = folder / slug
    (home / "lessons").mkdir(parents=True, exist_ok=True)
    lessons = [
        {"key": "hello", "title": "Hello", "kind": "text", "free_preview": True, "minutes": 5},
        {"key": "more", "title": "More", "kind": "text", "free_preview": False, "minutes": 10},
    ]
    test = [{"key": "check", "title": "Check", "kind": "quiz", "minutes": 10}]
    manifest = {
        "slug": slug,
        "title": slug.replace("-", " ").capitalize(),
        "subtitle": "A start",
        "summary": "What everybody begins with.",
        "description": "A **gentle** start.",
        "subject": "basics",
        "level": "beginner",
        "language": "en",
        "price": {"amount": amount, "currency": "EUR"},
        "outcomes": ["Begin"],
        "sections": [
            {"title": "Reading", "lessons": lessons},
            {"title": "Checking", "lessons": test},
        ],
    }
    (home / "course.yaml").write_text(yaml.safe_dump(manifest))
    (home / "lessons/hello.md").write_text("# Hello\n\nOpen to all.")
    (home / "lessons/more.md").write_text("# More\n\nBODYCANARY for those who enrolled.")
    (home / "lessons/check.yaml").write_text(yaml.safe_dump(QUIZ))
    return home


@pytest.fixture
def drain() -> Callable[[], None]:
    """Worker and beat, without the worker that prints: certificates are not judged here, and
    each would take a second."""

    def run_jobs() -> int:
        due = jobs.due().exclude(kind=issuing.RENDER).values_list("pk", flat=True)
        return sum(jobs.run(pk) for pk in list(due))

    return partial(until_quiet, run_jobs)


@pytest.fixture
def publish(tmp_path: Path, tess: User) -> Callable[..., Course]:
    def published(**changes: Any) -> Course:
        course = authoring.load_course(write_course(tmp_path, **changes), instructor=tess)
        return authoring.publish(course=course, actor_id=tess.pk)

    return published


@pytest.fixture
def course(publish: Callable[..., Course]) -> Course:
    return publish()


@pytest.fixture
def place(course: Course, sam: User) -> Enrollment:
    """Sam's place in the free course."""
    return enrolling.enroll_free(user=sam, course=course)


def lesson(course: Course, key: str) -> Lesson:
    return course.lessons.get(key=key)


def edit(course: Course, key: str, **changes: Any) -> Course:
    """Its author changes a lesson's draft and publishes."""
    draft = drafting.draft_of(course).course.lesson_drafts.get(key=key)
    author = course.instructor_id
    writing.save_lesson(lesson=draft, changes=changes, actor_id=author)
    return authoring.publish(course=course, actor_id=author)


def answers(attempt: Attempt, given: dict[str, Any]) -> dict[Any, Any]:
    ids = dict(attempt.answers.values_list("question__key", "question_id"))
    return {ids[key]: answer for key, answer in given.items()}


def pass_quiz(place: Enrollment, **clock: Any) -> Attempt:
    attempt = quizzes.start(enrollment=place, lesson=lesson(place.course, "check"), **clock)
    quizzes.save_answers(attempt=attempt, answers=answers(attempt, RIGHT), **clock)
    return quizzes.submit(attempt=attempt, **clock)
