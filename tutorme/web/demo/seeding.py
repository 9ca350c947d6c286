"""The demo: real courses, people, and what they did, replayed through the services that pages and
API use. Doing it again adds what is missing and changes nothing else."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import yaml
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from accounts.models import User
from accounts.services import profiles, roles, users
from courses.models import Course, CourseRating, Enrollment, Lesson
from courses.services import (
    achievement_catalogue,
    authoring,
    drafting,
    enrolling,
    files,
    learning,
    motivation,
    outlining,
    quizzes,
    ratings,
    streaks,
    writing,
)
from courses.uploads import MATERIAL, VIDEO
from tutorme.core.files import storing
from tutorme.web.demo import assessment, tutoring
from tutorme.web.demo.hours import seed_hours
from tutorme.web.demo.money import seed_money
from tutorme.web.demo.rooms import seed_room

HERE = Path(__file__).parent
COURSES = settings.BASE_DIR / "courses" / "demo"


@dataclass
class Report:
    people: int = 0
    courses: int = 0
    histories: int = 0
    opinions: int = 0
    sales: int = 0


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
    for row in read("tutors.yaml"):
        tutoring.apply(row, user=cast.people[row["key"]], decider=cast.people["ada"])
    for folder in sorted(path.parent for path in COURSES.glob("*/course.yaml")):
        course, made = _course(folder, cast)
        cast.courses[course.slug] = course
        report.courses += made
    for row in read("histories.yaml"):
        report.histories += _history(row, cast)
    pupils = assessment.set_up(cast.courses)
    report.people += pupils
    report.histories += pupils
    for row in read("opinions.yaml"):
        report.opinions += _opinion(row, cast)
    report.sales = seed_money(cast.people, cast.courses)
    seed_hours(read("hours.yaml"), cast.people)
    seed_room(cast.people["tess"], cast.people["sam"])
    _unpublished(_read_one("draft.yaml"), cast)
    return report


def people() -> list[dict[str, Any]]:
    return read("people.yaml")


def read(name: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = yaml.safe_load((HERE / name).read_text(encoding="utf-8"))
    return rows


def _read_one(name: str) -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((HERE / name).read_text(encoding="utf-8"))
    return found


def _unpublished(row: dict[str, Any], cast: _Cast) -> None:
    """What an author is in the middle of: a draft that learners do not see yet."""
    course = cast.courses[row["course"]]
    draft = drafting.draft_of(course)
    if draft.is_changed or course.version > 1:
        return
    author = course.instructor_id
    for key, more in row["added_to"].items():
        lesson = course.lesson_drafts.get(key=key)
        changes = {"body": f"{lesson.body}\n\n{more.strip()}"}
        writing.save_lesson(lesson=lesson, changes=changes, actor_id=author)
    sections = {part.title: part.pk for part in course.section_drafts.all()}
    for lesson_row in row["new_lessons"]:
        facts = {**lesson_row, "section_id": sections[lesson_row["section_id"]]}
        outlining.add_lesson(course=course, actor_id=author, **facts)


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
    if row["role"] == "admin":
        roles.appoint_admin(user=made)
    _motivation(made, row)
    return made, True


def _motivation(user: User, row: dict[str, Any]) -> None:
    """Some stand on the leaderboards and some rest at weekends; nobody does unless it says so."""
    if row.get("wants_boards"):
        motivation.choose(user_id=user.pk, changes={"wants_boards": True})
    if days := row.get("rest_days"):
        streaks.choose_rest_days(user_id=user.pk, weekdays=set(days))


def _course(folder: Path, cast: _Cast) -> tuple[Course, bool]:
    """Files that changed since are brought in, and published again if anything differs."""
    manifest = yaml.safe_load((folder / "course.yaml").read_text(encoding="utf-8"))
    before = Course.objects.filter(slug=manifest["slug"], state="published").first()
    if before:
        return before, False
    course = authoring.load_course(folder, instructor=cast.people[manifest["instructor"]])
    for path in sorted(folder.glob("files/*")):
        _file(course, path)
    return authoring.publish(course=course, actor_id=course.instructor_id), True


def _file(course: Course, path: Path) -> None:
    """As its teacher would have uploaded it."""
    purpose = VIDEO if path.suffix == ".webm" else MATERIAL
    upload = SimpleUploadedFile(path.name, path.read_bytes())
    stored = storing.store(owner_id=course.instructor_id, purpose=purpose, upload=upload)
    files.place(course=course, stored=stored, name=path.name)


def _opinion(row: dict[str, Any], cast: _Cast) -> bool:
    """What a learner says of a course, and what its teacher answers."""
    learner, course = cast.people[row["learner"]], cast.courses[row["course"]]
    if CourseRating.objects.filter(user=learner, course=course).exists():
        return False
    rating, _new = ratings.rate(
        user=learner, course=course, rating=row["stars"], review=row["review"].strip()
    )
    if text := row.get("reply"):
        ratings.reply(rating=rating, text=text.strip())
    return True


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
        when = began + number * step
        if row.get("daily"):
            when = timezone.now() - timedelta(days=len(lessons) - number, minutes=30)
        _do(place, lesson, goes[lesson.key], when)
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
