"""The quiz of a lesson as learners meet it, from the document its author wrote."""

from typing import Any
from uuid import UUID

from django.db import transaction

from courses.errors import SourceInvalid
from courses.models import Course, Lesson, Question, Quiz, QuizSlot, SlotQuestion
from courses.quiz_checks import moment_of, problems_of_quiz
from courses.quiz_source import SETTINGS, Row
from courses.services import bank


def problems(course: Course, source: Any) -> list[str]:
    """Why the quiz cannot be published, in sentences; nothing where it can."""
    found = problems_of_quiz(source)
    if found:
        return found
    return [*_unknown(course, source), *_too_few(course, source)]


def _unknown(course: Course, source: Row) -> list[str]:
    used = [row["use"] for row in source["questions"] if "use" in row]
    known = set(course.bank.in_bank().filter(key__in=used).values_list("key", flat=True))
    missing = [f"The bank has no question “{key}”." for key in used if key not in known]
    twice = [f"“{key}” is used twice." for key in sorted(set(used)) if used.count(key) > 1]
    return missing + twice


def _too_few(course: Course, source: Row) -> list[str]:
    found = []
    for row in source["questions"]:
        if "draw" in row:
            there = course.bank.in_bank().filter(tags__contains=[row["tag"]]).count()
            if there < row["draw"]:
                found.append(
                    f"The bank has {there} of “{row['tag']}”, and {row['draw']} are drawn."
                )
    return found


def apply_quiz(*, lesson: Lesson, source: Row) -> Quiz:
    """Makes the published quiz what the document says; applying the same again changes nothing.
    Attempts that run keep the questions they were given. `SourceInvalid` lists what is wrong."""
    if found := problems(lesson.course, source):
        raise SourceInvalid(problems=[f"{lesson.key}: {text}" for text in found])
    with transaction.atomic():
        quiz, _made = Quiz.objects.update_or_create(lesson=lesson, defaults=_settings(source))
        own = _own_questions(lesson, source)
        _place(quiz, [_pool(lesson.course, row, own) for row in source["questions"]])
    return quiz


def _settings(source: Row) -> dict[str, Any]:
    said = {name: source.get(name, usual) for name, usual in SETTINGS.items()}
    said["max_attempts"] = said.pop("attempts")
    said["review_from"] = moment_of(said["review_from"])
    return said


def _own_questions(lesson: Lesson, source: Row) -> dict[str, Question]:
    """Those written in the quiz itself; one that is no longer there is retired."""
    rows = [row for row in source["questions"] if "key" in row]
    own = {row["key"]: bank.keep(course=lesson.course, row=row, home=lesson.key) for row in rows}
    gone = lesson.course.bank.filter(home=lesson.key, archived_at=None).exclude(key__in=own)
    for item in gone:
        bank.archive(item=item)
    return own


Pool = tuple[int, str, list[UUID]]


def _pool(course: Course, row: Row, own: dict[str, Question]) -> Pool:
    """How many are drawn, of which tag, out of which versions."""
    current = Question.objects.filter(
        item__course=course, item__home="", item__archived_at=None, retired_at=None
    )
    if "use" in row:
        return 1, "", [current.get(item__key=row["use"]).pk]
    if "draw" in row:
        tagged = current.filter(item__tags__contains=[row["tag"]]).order_by("pk")
        return row["draw"], row["tag"], list(tagged.values_list("pk", flat=True))
    return 1, "", [own[row["key"]].pk]


def _place(quiz: Quiz, pools: list[Pool]) -> None:
    if _placed(quiz) == pools:
        return
    quiz.slots.all().delete()
    slots = QuizSlot.objects.bulk_create(
        QuizSlot(quiz=quiz, position=place, draw=draw, tag=tag)
        for place, (draw, tag, _questions) in enumerate(pools)
    )
    SlotQuestion.objects.bulk_create(
        SlotQuestion(slot=slot, question_id=question)
        for slot, (_draw, _tag, questions) in zip(slots, pools, strict=True)
        for question in questions
    )


def _placed(quiz: Quiz) -> list[Pool]:
    slots = quiz.slots.order_by("position").prefetch_related("pool")
    return [
        (slot.draw, slot.tag, sorted(row.question_id for row in slot.pool.all())) for slot in slots
    ]
