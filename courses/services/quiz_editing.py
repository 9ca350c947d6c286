"""Moving the places of a quiz's draft about, one step at a time."""

from typing import Any

from courses.models import LessonDraft
from courses.quiz_checks import problems_of_entry
from courses.quiz_source import Row
from courses.services import bank, writing
from tutorme.core.errors import InvalidInput, NotFound


def change(
    *, lesson: LessonDraft, do: str, place: int, given: dict[str, str], actor_id: Any
) -> LessonDraft:
    """`do` is use, draw, up, down, remove or adopt; `place` counts from 0. On the revision that
    was read: `LessonChanged` where somebody was faster."""
    rows: list[Row] = list(lesson.data.get("questions") or [])
    if do in {"use", "draw"}:
        rows.append(_entry(do, given))
    elif not 0 <= place < len(rows):
        raise NotFound
    elif do in {"up", "down"}:
        _move(rows, place, -1 if do == "up" else 1)
    elif do == "remove":
        rows.pop(place)
    elif do == "adopt" and "key" in rows[place]:
        item = bank.adopt(course=lesson.course, row=rows[place], home=lesson.key)
        rows[place] = {"use": item.key}
    else:
        raise NotFound
    return writing.save_lesson(
        lesson=lesson,
        changes={"data": {**lesson.data, "questions": rows}},
        actor_id=actor_id,
        revision=lesson.revision,
    )


def _entry(do: str, given: dict[str, str]) -> Row:
    row: Row = {"use": given["use"]}
    if do == "draw":
        number = given["draw"]
        row = {"draw": int(number) if number.isdigit() else 0, "tag": given["tag"].strip()}
    if problems := problems_of_entry(row):
        raise InvalidInput(
            errors=[{"pointer": f"/{do}", "code": "entry", "detail": text} for text in problems]
        )
    return row


def _move(rows: list[Row], place: int, by: int) -> None:
    other = place + by
    if 0 <= other < len(rows):
        rows[place], rows[other] = rows[other], rows[place]
