"""Courses as files, and publishing. A course is one folder: `course.yaml` and `lessons/`."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from django.db import transaction
from django.db.models import Sum
from django.utils import timezone

from courses.errors import CourseNotReady, SourceInvalid
from courses.events import CoursePublished
from courses.models import Course, Enrollment, Lesson, Section
from courses.quiz_checks import problems_of_quiz
from courses.services import bank, learning, quiz_publishing
from tutorme.core import audit, outbox
from tutorme.core.money import Money

_MAX_FILE = 200_000
_TEXTS = ("title", "subtitle", "summary", "description", "language")


@dataclass(frozen=True)
class Source:
    """A course folder, read: the manifest and each lesson's own file by key."""

    manifest: dict[str, Any]
    bodies: dict[str, str]
    quizzes: dict[str, dict[str, Any]]
    bank: dict[str, Any] | None = None


def read_source(folder: Path) -> Source:
    """Raises `SourceInvalid` with every problem found, not only the first."""
    manifest = _yaml(folder / "course.yaml")
    bodies, quizzes, problems = {}, {}, []
    for row in _rows(manifest):
        suffix = "yaml" if row["kind"] == "quiz" else "md"
        file = folder / "lessons" / f"{row['key']}.{suffix}"
        if not file.is_file() or file.stat().st_size > _MAX_FILE:
            problems.append(f"lessons/{file.name} is missing or too large")
        elif suffix == "md":
            bodies[row["key"]] = file.read_text(encoding="utf-8")
        else:
            quizzes[row["key"]] = _yaml(file)
    problems += [text for key, quiz in quizzes.items() for text in _quiz_problems(key, quiz)]
    if problems:
        raise SourceInvalid(problems=problems)
    shared = folder / "bank.yaml"
    return Source(manifest, bodies, quizzes, _yaml(shared) if shared.is_file() else None)


def _yaml(file: Path) -> dict[str, Any]:
    try:
        content = yaml.safe_load(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise SourceInvalid(problems=[f"{file.name}: {error}"]) from error
    if not isinstance(content, dict):
        raise SourceInvalid(problems=[f"{file.name} is not a mapping"])
    return content


def _rows(manifest: dict[str, Any]) -> list[dict[str, Any]]:
    try:
        return [lesson for part in manifest["sections"] for lesson in part["lessons"]]
    except (KeyError, TypeError) as error:
        raise SourceInvalid(problems=["course.yaml has no sections with lessons"]) from error


def _quiz_problems(key: str, quiz: dict[str, Any]) -> list[str]:
    return [f"lessons/{key}.yaml: {text}" for text in problems_of_quiz(quiz)]


def load_course(folder: Path, *, instructor: Any) -> Course:
    """Creates the course of a folder, or brings it up to its files. Loading the same files twice
    changes nothing; questions that changed are retired and added anew."""
    source = read_source(folder)
    with transaction.atomic():
        course = _course(source.manifest, instructor)
        if source.bank:
            bank.load_file(course=course, content=source.bank)
        position = 0
        for place, part in enumerate(source.manifest["sections"]):
            section, _made = Section.objects.update_or_create(
                course=course, position=place, defaults={"title": part["title"]}
            )
            for row in part["lessons"]:
                _lesson(course, section, row, position, source)
                position += 1
        _drop_absent(course, source)
    return course


def _course(manifest: dict[str, Any], instructor: Any) -> Course:
    price = Money.parse(str(manifest["price"]["amount"]), manifest["price"]["currency"])
    facts = {name: str(manifest.get(name, "")).strip() for name in _TEXTS}
    course, _made = Course.objects.update_or_create(
        slug=manifest["slug"],
        defaults={
            **facts,
            "category": manifest["subject"],
            "difficulty": manifest["level"],
            "outcomes": manifest.get("outcomes", []),
            "price_minor": price.minor,
            "currency": price.currency,
            "instructor": instructor,
        },
    )
    return course


def _lesson(
    course: Course, section: Section, row: dict[str, Any], position: int, source: Source
) -> None:
    lesson, _made = Lesson.objects.update_or_create(
        course=course,
        key=row["key"],
        defaults={
            "section": section,
            "title": row["title"],
            "kind": row["kind"],
            "body": source.bodies.get(row["key"], ""),
            "minutes": row.get("minutes", 10),
            "position": position,
            "is_free_preview": bool(row.get("free_preview")),
            "is_published": True,
        },
    )
    if quiz := source.quizzes.get(row["key"]):
        quiz_publishing.apply_quiz(lesson=lesson, source=quiz)


def _drop_absent(course: Course, source: Source) -> None:
    """A lesson without a file leaves the course; learners' rows on it stay."""
    keys = [row["key"] for row in _rows(source.manifest)]
    gone = course.lessons.exclude(key__in=keys)
    for place, lesson in enumerate(gone.order_by("position")):
        lesson.is_published, lesson.position = False, 10_000 + place
        lesson.save(update_fields=["is_published", "position"])


def publish(*, course: Course, actor_id: Any) -> Course:
    """Shows the course to everybody and counts its learners' progress against the new version.
    `CourseNotReady` lists what is missing."""
    with transaction.atomic():
        row = Course.objects.select_for_update(no_key=True).get(pk=course.pk)
        if problems := _missing(row):
            raise CourseNotReady(problems=problems)
        lessons = row.lessons.filter(is_published=True)
        row.state = Course.State.PUBLISHED
        row.version += 1
        row.lesson_count = lessons.count()
        row.total_minutes = lessons.aggregate(total=Sum("minutes"))["total"] or 0
        row.published_at = row.published_at or timezone.now()
        row.save()
        outbox.record(CoursePublished(row.pk), actor_id=actor_id)
        audit.record("course.published", target=row, actor_id=actor_id)
    return row


def _missing(course: Course) -> list[str]:
    lessons = course.lessons.filter(is_published=True)
    checks = {
        "The course has no lessons.": not lessons.exists(),
        "A text lesson is empty.": lessons.filter(kind="text", body="").exists(),
        "A quiz has no questions.": lessons.filter(kind="quiz", quiz__slots=None).exists(),
        "The course has no summary.": not course.summary,
    }
    return [text for text, missing in checks.items() if missing]


def recount_learners(course_id: Any) -> int:
    """After publishing: everybody's percent against the course as it is now."""
    course = Course.objects.get(pk=course_id)
    return (
        learning.recompute(course=course)
        if Enrollment.objects.filter(course=course).exists()
        else 0
    )
