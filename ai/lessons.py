"""A node's content as a course's draft holds lessons: body, data, questions in the bank's form.
Pure. What may be stored was decided before (`ai.texts`); the solution of an exercise stays with the
node, where its author reads it and no learner does."""

from typing import Any

import yaml
from django.utils.text import slugify

from ai import validating
from ai.models import Node
from courses.quiz_checks import problems_of_quiz
from courses.quiz_source import canonical
from courses.source_files import dumped

Content = dict[str, Any]
_KINDS = {"multi": "multiple", "short": "text", "numeric": "number"}


def kind_of(node: Node) -> str:
    return node.form or "exercise"


def parts_of(node: Node) -> dict[str, Any]:
    """`body` and `data` of the lesson a node becomes."""
    content = node.content or {}
    if validating.questions_of(content):
        quiz = content.get("quiz") or content
        return {"body": content.get("body_md", ""), "data": quiz_of(quiz)}
    exercises = validating.exercises_of(content)
    if not exercises:
        return {"body": content["body_md"], "data": {}}
    texts = [content.get("body_md", ""), *(_exercise(row) for row in exercises)]
    return {
        "body": "\n\n".join(filter(None, texts)),
        "data": {"rubric": _rubric(exercises)},
    }


def _exercise(row: Content) -> str:
    """Hints are folded away, each by itself."""
    hints = [
        f"<details>\n<summary>Hint {number}</summary>\n\n{hint}\n\n</details>"
        for number, hint in enumerate(row["hints"], start=1)
    ]
    return "\n\n".join([row["prompt_md"], *hints])


def _rubric(exercises: list[Content]) -> list[Content]:
    rows = [row for exercise in exercises for row in exercise["rubric"]]
    return [
        {
            "key": f"c{number}",
            "title": row["criterion"],
            "levels": [
                {"key": "not-yet", "title": "Not yet", "points": 0},
                {"key": "met", "title": "Met", "points": row["points"]},
            ],
        }
        for number, row in enumerate(rows[:20], start=1)
    ]


def quiz_of(quiz: Content) -> Content:
    """What a check objected to and its author accepted all the same is kept as it is: the builder
    says what is wrong with it, and it cannot be published before that is mended."""
    rows = [question_of(row, number) for number, row in enumerate(quiz["questions"], start=1)]
    source = {"pass_percent": quiz["pass_percent"], "questions": rows}
    return source if problems_of_quiz(source) else canonical(source)


def question_of(question: Content, number: int) -> Content:
    """As `courses.quiz_source` writes it. Keys are numbered anew: the model's own say nothing."""
    kind = question["type"]
    row: Content = {
        "key": f"q{number}",
        "kind": _KINDS.get(kind, kind),
        "prompt": question["prompt_md"],
        "points": question["points"],
        **_ANSWERS[kind](question),
    }
    if question["objective"]:
        tag = slugify(question["objective"])[:40]
        row["tags"] = [tag] if tag else []
    return row


def _options(question: Content) -> Content:
    rows = [
        {
            "key": option["key"],
            "text": option["text"],
            "correct": option["correct"],
            **({"feedback": option["why"]} if option["why"] else {}),
        }
        for option in question["options"]
    ]
    return {"options": rows}


def _true_false(question: Content) -> Content:
    right = next((option for option in question["options"] if option["correct"]), None)
    if right is None:
        return {}
    told = {"explanation": right["why"]} if right["why"] else {}
    return {"answer": right["key"] == "true", **told}


def _text(question: Content) -> Content:
    return {"accepted": question["accept"]}


def _number(question: Content) -> Content:
    tolerance = question["tolerance"]
    number = {"value": str(validating.number_of(question))}
    return {"number": {**number, "tolerance": str(tolerance or 0)}}


def _order(question: Content) -> Content:
    return {"items": [option["text"] for option in question["options"]]}


def _match(question: Content) -> Content:
    lefts = [option["text"] for option in question["options"]]
    pairs = zip(lefts, question["accept"], strict=False)
    return {"pairs": [{"left": left, "right": right} for left, right in pairs]}


_ANSWERS = {
    "single": _options,
    "multi": _options,
    "true_false": _true_false,
    "short": _text,
    "numeric": _number,
    "order": _order,
    "match": _match,
}


# As files --------------------------------------------------------------------------------------


def export(node: Node) -> tuple[str, str]:
    """File name and text: a quiz as courses read it, exercises as Markdown with their solutions."""
    content = node.content or {}
    name = slugify(node.title)[:60] or node.form
    if node.form == "quiz":
        return f"{name}.yaml", dumped(quiz_of(content.get("quiz") or content)).decode()
    rows = validating.exercises_of(content)
    parts = [_exported(row, number) for number, row in enumerate(rows, start=1)]
    return f"{name}.md", f"# {node.title}\n\n" + "\n\n".join(parts) + "\n"


def _exported(row: Content, number: int) -> str:
    facts = yaml.safe_dump({"type": row["type"], "difficulty": row["difficulty"]}).strip()
    hints = "\n".join(f"{n}. {hint}" for n, hint in enumerate(row["hints"], start=1))
    rubric = "\n".join(f"- {entry['criterion']}: {entry['points']}" for entry in row["rubric"])
    return (
        f"## {number}\n\n```yaml\n{facts}\n```\n\n{row['prompt_md']}\n\n### Hints\n\n{hints}\n\n"
        f"### Solution\n\n{row['solution_md']}\n\n### Rubric\n\n{rubric}"
    )
