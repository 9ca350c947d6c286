"""The demo: real courses, people, and what they did, replayed through the services that pages and
API use. Doing it again adds what is missing and changes nothing else."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import yaml
from django.conf import settings
from django.utils import timezone

from accounts.models import User
from accounts.services import profiles, roles, users
from courses.models import Course, Enrollment, Lesson
from courses.services import achievement_catalogue, authoring, enrolling, learning, quizzes
from tutorme.web.demo import assessment

HERE = Path(__file__).parent
COURSES = settings.BASE_DIR / "courses" / "demo"


@dataclass
class Report:
    people: int = 0
    courses: int = 0
    histories: int = 0


@dataclass
class _Cast:
    people: dict[str, User] = field(default_factory=dict)
    courses: dict[str, Course] = field(default_factory=dict)


def seed() -> Report:
    cast, report = _Cast(), Report()
    achievement_catalogue.load()
    for row in people():
        cast.people[row["key"]], made = _person(row)
        report.people += made
    for folder in sorted(path.parent for path in COURSES.glob("*/course.yaml")):
        course, made = _course(folder, cast)
        cast.courses[course.slug] = course
        report.courses += made
    for row in _read("histories.yaml"):
        report.histories += _history(row, cast)
    assessment.set_up(cast.courses)
    return report


def people() -> list[dict[str, Any]]:
    return _read("people.yaml")


def _read(name: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = yaml.safe_load((HERE / name).read_text(encoding="utf-8"))
    return rows


def _person(row: dict[str, Any]) -> tuple[User, bool]:
    known = User.objects.filter(email=row["email"]).first()
    if known:
        return known, False
    made = users.register(
        email=row["email"],
        password=row["password"],
        display_name=row["display_name"],
        username=row["username"],
        time_zone=row["time_zone"],
        locale=row.get("locale", "en"),
    ).user
    assert made is not None
    if bio := row.get("bio"):
        made = profiles.update_profile(user=made, changes={"bio": bio.strip()})
    if row["role"] == "tutor":
        roles.appoint_tutor(user=made, actor_id=None, headline=row.get("headline", ""))
    elif row["role"] == "admin":
        roles.appoint_admin(user=made)
    return made, True


def _course(folder: Path, cast: _Cast) -> tuple[Course, bool]:
    """Files that changed since are brought in, and published again if anything differs."""
    manifest = yaml.safe_load((folder / "course.yaml").read_text(encoding="utf-8"))
    before = Course.objects.filter(slug=manifest["slug"], state="published").first()
    if before:
        return before, False
    course = authoring.load_course(folder, instructor=cast.people[manifest["instructor"]])
    return authoring.publish(course=course, actor_id=course.instructor_id), True


def _history(row: dict[str, Any], cast: _Cast) -> bool:
    """One learner's way through one course, spread over the days since they began."""
    learner, course = cast.people[row["learner"]], cast.courses[row["course"]]
    if Enrollment.objects.filter(user=learner, course=course).exists():
        return False
    began = timezone.now() - timedelta(days=row["enrolled_days_ago"])
    place = enrolling.enroll(user_id=learner.pk, course=course, now=began)
    lessons = _lessons_of(row, course)
    step = (timezone.now() - began) * 0.8 / max(1, len(lessons))
    goes: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for quiz in row.get("quizzes") or []:
        goes[quiz["lesson"]].append(quiz["answers"])
    for number, lesson in enumerate(lessons, start=1):
        _do(place, lesson, goes[lesson.key], began + number * step)
    return True


def _lessons_of(row: dict[str, Any], course: Course) -> list[Lesson]:
    lessons = course.lessons.filter(is_published=True).order_by("position")
    attempted = {quiz["lesson"] for quiz in row.get("quizzes") or []}
    if row["lessons_done"] == "all":
        return [one for one in lessons if one.kind == "text" or one.key in attempted]
    return list(lessons.filter(key__in=set(row["lessons_done"]) | attempted))


def _do(place: Enrollment, lesson: Lesson, goes: list[dict[str, Any]], now: datetime) -> None:
    """Reads a text, or takes a quiz as often as this learner did."""
    if lesson.kind == Lesson.Kind.TEXT:
        learning.complete_lesson(enrollment=place, lesson=lesson, now=now)
    for number, answers in enumerate(goes):
        _take(place, lesson, answers, now + number * timedelta(minutes=20))


def _take(place: Enrollment, lesson: Lesson, answers: dict[str, Any], now: datetime) -> None:
    attempt = quizzes.start(enrollment=place, lesson=lesson, now=now)
    ids = dict(attempt.answers.values_list("question__key", "question_id"))
    given = {ids[key]: _typed(answer) for key, answer in answers.items()}
    quizzes.save_answers(attempt=attempt, answers=given, now=now)
    quizzes.submit(attempt=attempt, now=now)


def _typed(answer: Any) -> Any:
    """YAML reads 3.5 as a number; learners type text."""
    if isinstance(answer, bool) or not isinstance(answer, int | float):
        return answer
    return str(answer)
