"""Where a lesson's draft meets its quiz: the only functions by which authoring touches questions.

A quiz is one document, the one its file holds (`courses/demo/README.md`).
"""

from decimal import Decimal
from typing import Any

from django.db.models.functions import Now

from courses.models import Lesson, LessonDraft, Question, Quiz

Source = dict[str, Any]
_SETTINGS = {
    "pass_percent": "pass_percent",
    "attempts": "max_attempts",
    "time_limit_minutes": "time_limit_minutes",
    "review": "review",
}


def document(draft: LessonDraft) -> Source:
    """The author's quiz as its file would hold it."""
    return dict(draft.data)


def load(draft: LessonDraft, source: Source) -> None:
    """Makes the document the author's quiz; learners keep the published one until `publish`."""
    draft.data = source
    draft.save(update_fields=["data"])


def adopt(draft: LessonDraft) -> None:
    """A draft of a quiz that was published before drafts were: takes over what learners have."""
    quiz = Quiz.objects.filter(lesson_id=draft.pk).first()
    settings = {name: getattr(quiz, column) for name, column in _SETTINGS.items() if quiz}
    questions = Question.objects.filter(lesson_id=draft.pk, retired_at=None).order_by("position")
    load(draft, {**settings, "questions": [_written(question) for question in questions]})


def discard(draft: LessonDraft) -> None:
    """The lesson leaves the draft."""


def problems(draft: LessonDraft) -> list[str]:
    """What keeps the quiz from being published, one sentence each."""
    return source_problems(draft.key, document(draft))


def source_problems(key: str, quiz: Source) -> list[str]:
    rows = quiz.get("questions") or []
    found = [] if rows else [f"lessons/{key}.yaml has no questions"]
    for row in rows:
        correct = [option for option in row.get("options") or [] if option.get("correct")]
        wrong = {
            "single": len(correct) != 1,
            "multiple": not correct,
            "true_false": not isinstance(row.get("answer"), bool),
            "number": not isinstance(row.get("number"), dict),
            "text": not row.get("accepted"),
        }.get(row.get("kind"), True)
        if wrong:
            found.append(f"lessons/{key}.yaml: {row.get('key')} has no usable solution")
    return found


def publish(draft: LessonDraft, lesson: Lesson) -> None:
    """Learners get the draft's quiz. Questions that changed are retired and added anew, so that
    attempts keep what they were given; the same document again changes nothing."""
    source = document(draft)
    given = {
        column: source[name] for name, column in _SETTINGS.items() if source.get(name) is not None
    }
    Quiz.objects.update_or_create(
        lesson=lesson, defaults={"max_attempts": None, "time_limit_minutes": None, **given}
    )
    kept = {row.key: row for row in lesson.questions.filter(retired_at=None)}
    for position, row in enumerate(source.get("questions") or []):
        _question(lesson, kept.pop(row["key"], None), row, position)
    for gone in kept.values():
        _retire(gone)


def _question(lesson: Lesson, old: Question | None, row: Source, position: int) -> None:
    facts = {
        "kind": row["kind"],
        "prompt": row["prompt"].strip(),
        "options": [
            {"key": option["key"], "text": option["text"]} for option in row.get("options") or []
        ],
        "solution": solution_of(row),
        "explanation": str(row.get("explanation", "")).strip(),
        "points": Decimal(str(row.get("points", 1))),
    }
    if old and all(getattr(old, name) == value for name, value in facts.items()):
        Question.objects.filter(pk=old.pk).update(position=position)
        return
    if old:
        _retire(old)
    Question.objects.create(lesson=lesson, key=row["key"], position=position, **facts)


def solution_of(row: Source) -> Source:
    """What only the grader reads, from a question as an author writes it."""
    options = row.get("options") or []
    feedback = {option["key"]: option["feedback"] for option in options if option.get("feedback")}
    match row["kind"]:
        case "single" | "multiple":
            key: Source = {"correct": [o["key"] for o in options if o.get("correct")]}
        case "true_false":
            key = {"answer": row["answer"]}
        case "number":
            given = row["number"]
            key = {"value": str(given["value"]), "tolerance": str(given.get("tolerance", "0"))}
        case _:
            key = {"accepted": [str(text) for text in row["accepted"]]}
    return {**key, "feedback": feedback} if feedback else key


def _written(question: Question) -> Source:
    """A question row as its author would write it."""
    solution = question.solution
    right, feedback = solution.get("correct", []), solution.get("feedback", {})
    row: Source = {"key": question.key, "kind": question.kind, "prompt": question.prompt}
    row["points"] = str(question.points)
    match question.kind:
        case Question.Kind.SINGLE | Question.Kind.MULTIPLE:
            row["options"] = [
                {**option, "correct": option["key"] in right}
                | ({"feedback": feedback[option["key"]]} if option["key"] in feedback else {})
                for option in question.options
            ]
        case Question.Kind.TRUE_FALSE:
            row["answer"] = solution["answer"]
        case Question.Kind.NUMBER:
            row["number"] = {"value": solution["value"], "tolerance": solution["tolerance"]}
        case _:
            row["accepted"] = solution["accepted"]
    return {**row, "explanation": question.explanation}


def _retire(question: Question) -> None:
    Question.objects.filter(pk=question.pk, retired_at=None).update(retired_at=Now())
