"""A course with an exercise beside its quiz, and people to mark and be marked."""

from pathlib import Path
from typing import Any

import yaml

from accounts.models import User
from courses.models import Attempt, Course, Enrollment, Submission
from courses.services import authoring, enrolling, quizzes, submissions
from tests import cast
from tests.courses.conftest import answers, lesson, write_course

RUBRIC = [
    {
        "key": "idea",
        "title": "The idea",
        "levels": [
            {"key": "none", "title": "None", "points": 0},
            {"key": "some", "title": "Some", "points": 2},
            {"key": "clear", "title": "Clear", "points": "4.5"},
        ],
    },
    {
        "key": "form",
        "title": "The form",
        "description": "Spelling and order",
        "levels": [
            {"key": "rough", "title": "Rough", "points": 0},
            {"key": "clean", "title": "Clean", "points": "1.5"},
        ],
    },
]
FULL = {"idea": {"level": "clear"}, "form": {"level": "clean"}}
HALF = {"idea": {"level": "some"}, "form": {"level": "clean", "comment": "Commas."}}
NOTHING = {"idea": {"level": "none"}, "form": {"level": "rough"}}


def exercise_course(folder: Path, tutor: User, **rules: Any) -> Course:
    home = write_course(folder)
    manifest = yaml.safe_load((home / "course.yaml").read_text())
    exercise = {"completion": "passed", "max_submissions": 3, "rubric": RUBRIC, **rules}
    row = {"key": "essay", "title": "Essay", "kind": "exercise", "exercise": exercise}
    manifest["sections"][1]["lessons"].append(row)
    (home / "course.yaml").write_text(yaml.safe_dump(manifest))
    (home / "lessons/essay.md").write_text("Write a page about rain.")
    course = authoring.load_course(home, instructor=tutor)
    return authoring.publish(course=course, actor_id=tutor.pk)


def handed_in(place: Enrollment, text: str = "It rains.", **clock: Any) -> Submission:
    essay = lesson(place.course, "essay")
    row = submissions.begin(user=place.user, lesson_id=essay.pk, **clock)
    submissions.save(user=place.user, submission_id=row.pk, text=text)
    return submissions.hand_in(user=place.user, submission_id=row.pk, **clock)


def learners(course: Course, number: int) -> list[Enrollment]:
    return [
        enrolling.enroll(user_id=cast.person(f"Learner{n}").pk, course=course)
        for n in range(number)
    ]


def taken(place: Enrollment, given: dict[str, Any]) -> Attempt:
    """One attempt at the quiz, handed in."""
    attempt = quizzes.start(enrollment=place, lesson=lesson(place.course, "check"))
    quizzes.save_answers(attempt=attempt, answers=answers(attempt, given))
    return quizzes.submit(attempt=attempt)
