"""Where a lesson's draft meets its quiz: the only functions by which authoring touches questions.

A quiz is one document, the one its file holds (`courses/quiz_source.py`).
"""

from typing import Any

from courses.models import Lesson, LessonDraft, Question, Quiz, QuizSlot
from courses.quiz_checks import problems_of_quiz
from courses.quiz_source import SETTINGS, canonical, row_of
from courses.services import quiz_publishing

Source = dict[str, Any]


def document(draft: LessonDraft) -> Source:
    """The author's quiz as its file would hold it."""
    written = dict(draft.data)
    return written if problems_of_quiz(written) else canonical(written)


def load(draft: LessonDraft, source: Source) -> None:
    """Makes the document the author's quiz; learners keep the published one until `publish`."""
    draft.data = source
    draft.save(update_fields=["data"])


def adopt(draft: LessonDraft) -> None:
    """A draft of a quiz that was published before drafts were: takes over what learners have."""
    quiz = Quiz.objects.filter(lesson_id=draft.pk).first()
    if quiz is None:
        return
    slots = quiz.slots.order_by("position").prefetch_related("questions__item")
    load(draft, {**_settings(quiz), "questions": [_entry(slot, draft.key) for slot in slots]})


def _settings(quiz: Quiz) -> Source:
    said: Source = {
        name: getattr(quiz, "max_attempts" if name == "attempts" else name) for name in SETTINGS
    }
    if quiz.review_from:
        said["review_from"] = quiz.review_from.isoformat()
    return said


def _entry(slot: QuizSlot, home: str) -> Source:
    if slot.tag:
        return {"draw": slot.draw, "tag": slot.tag}
    question: Question = slot.questions.all()[0]
    if question.item.home != home:
        return {"use": question.item.key}
    return row_of(question.key, question, question.key_in_force, question.item.tags)


def discard(draft: LessonDraft) -> None:
    """The lesson leaves the draft; what its bank has stays."""


def problems(draft: LessonDraft) -> list[str]:
    """What keeps the quiz from being published, one sentence each."""
    found = quiz_publishing.problems(draft.course, draft.data)
    return [f"lessons/{draft.key}.yaml: {text}" for text in found]


def source_problems(key: str, quiz: Source) -> list[str]:
    return [f"lessons/{key}.yaml: {text}" for text in problems_of_quiz(quiz)]


def publish(draft: LessonDraft, lesson: Lesson) -> None:
    """Learners get the draft's quiz. Questions that changed are retired and added anew, so that
    attempts keep what they were given; the same document again changes nothing."""
    quiz_publishing.apply_quiz(lesson=lesson, source=document(draft))
