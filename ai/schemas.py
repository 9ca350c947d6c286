"""The shapes a model must answer in: strict JSON Schema, every member required, none unknown.

They are also what authors' edits are held to, so that a draft has one shape from end to end.
"""

from typing import Any

Schema = dict[str, Any]

LEVELS = ["beginner", "intermediate", "advanced"]
LESSON_TYPES = ["text", "video", "quiz", "exercise"]
EXERCISE_TYPES = ["coding", "writing", "problem"]
QUESTION_TYPES = ["single", "multi", "true_false", "short", "numeric", "order", "match"]
CONCERNS = ["sexual", "hate", "violence", "self_harm", "dangerous", "personal_data", "untrue"]


def _object(**members: Schema) -> Schema:
    return {
        "type": "object",
        "properties": members,
        "required": list(members),
        "additionalProperties": False,
    }


def _text(most: int, least: int = 1) -> Schema:
    return {"type": "string", "minLength": least, "maxLength": most}


def _list(of: Schema, least: int, most: int) -> Schema:
    return {"type": "array", "items": of, "minItems": least, "maxItems": most}


def _whole(least: int, most: int) -> Schema:
    return {"type": "integer", "minimum": least, "maximum": most}


def _or_null(schema: Schema) -> Schema:
    return {"anyOf": [schema, {"type": "null"}]}


_KEY: Schema = {"type": "string", "pattern": "^[a-z][a-z0-9_-]{0,39}$"}
_RUBRIC = _list(_object(criterion=_text(200), points=_whole(1, 20)), 1, 8)

EXERCISE = _object(
    prompt_md=_text(6000),
    type={"type": "string", "enum": EXERCISE_TYPES},
    difficulty=_whole(1, 5),
    hints=_list(_text(800), 1, 3),
    solution_md=_text(8000),
    rubric=_RUBRIC,
)

QUESTION = _object(
    key=_KEY,
    type={"type": "string", "enum": QUESTION_TYPES},
    prompt_md=_text(2000),
    options=_list(
        _object(
            key={"type": "string", "pattern": "^[a-z0-9][a-z0-9_-]{0,39}$"},
            text=_text(500),
            correct={"type": "boolean"},
            why=_text(600, 0),
        ),
        0,
        10,
    ),
    accept=_list(_text(300), 0, 12),
    tolerance=_or_null({"type": "number", "minimum": 0, "maximum": 1_000_000_000}),
    points=_whole(1, 10),
    objective=_text(200, 0),
    source=_or_null(_object(material=_text(40), quote=_text(200))),
)


def quiz(least: int = 3, most: int = 10) -> Schema:
    return _object(pass_percent=_whole(1, 100), questions=_list(QUESTION, least, most))


_OUTLINE_LESSON = _object(
    key=_KEY,
    title=_text(120),
    type={"type": "string", "enum": LESSON_TYPES},
    minutes=_whole(1, 240),
    objectives=_list(_text(200), 1, 4),
    prerequisites=_list(_KEY, 0, 6),
)
_PROJECT = _object(title=_text(120), brief_md=_text(2000), rubric=_RUBRIC)

OUTLINE = _object(
    schema={"type": "string", "const": "tutorme.course/1"},
    title=_text(120),
    summary=_text(500),
    language=_text(12, 2),
    level={"type": "string", "enum": LEVELS},
    estimated_hours=_whole(1, 500),
    objectives=_list(_text(200), 3, 8),
    tags=_list(_text(40), 0, 10),
    sections=_list(_object(key=_KEY, title=_text(120), lessons=_list(_OUTLINE_LESSON, 2, 6)), 3, 8),
    projects=_list(_PROJECT, 0, 2),
)

BODY = _text(20_000)
LESSONS: dict[str, Schema] = {
    "text": _object(body_md=BODY),
    "video": _object(body_md=BODY),
    "exercise": _object(body_md=BODY, exercise=EXERCISE),
    "quiz": _object(body_md=BODY, quiz=quiz()),
}
PROJECT = _object(body_md=BODY, exercise=EXERCISE)
EXERCISES = _object(exercises=_list(EXERCISE, 1, 5))
QUIZ = quiz(1, 10)

CHECK = _object(
    answers=_list(
        _object(
            key=_KEY,
            chosen=_list(_text(60), 0, 12),
            text=_text(300, 0),
            doubt=_text(300, 0),
        ),
        0,
        10,
    ),
    concerns=_list({"type": "string", "enum": CONCERNS}, 0, len(CONCERNS)),
)

HINT = _object(text_md=_text(2500))

MATCH = _object(
    tutors=_list(_object(key=_text(40), shift=_whole(-5, 5), reason=_text(240)), 0, 20),
)
