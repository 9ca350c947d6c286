"""A quiz's draft as its author sees it."""

from dataclasses import dataclass

from courses.models import Course, LessonDraft, Question


@dataclass(frozen=True)
class Entry:
    """`kind` is own, used, drawn or missing; `text` is the prompt or what is drawn."""

    place: int
    kind: str
    text: str
    key: str = ""
    draw: int = 0
    item_id: str = ""


def entries_of(course: Course, lesson: LessonDraft) -> list[Entry]:
    rows = [row for row in lesson.data.get("questions") or [] if isinstance(row, dict)]
    used = [row["use"] for row in rows if "use" in row]
    found = {
        question.item.key: question
        for question in Question.objects.filter(
            item__course=course,
            item__home="",
            item__archived_at=None,
            item__key__in=used,
            retired_at=None,
        ).select_related("item")
    }
    return [_entry(place, row, found) for place, row in enumerate(rows)]


def _entry(place: int, row: dict[str, object], found: dict[str, Question]) -> Entry:
    if "draw" in row:
        return Entry(place, "drawn", str(row.get("tag", "")), draw=int(str(row["draw"])))
    if "use" not in row:
        return Entry(place, "own", str(row.get("prompt", "")), key=str(row.get("key", "")))
    question = found.get(str(row["use"]))
    if question is None:
        return Entry(place, "missing", str(row["use"]), key=str(row["use"]))
    return Entry(place, "used", question.prompt, question.item.key, item_id=str(question.item_id))
