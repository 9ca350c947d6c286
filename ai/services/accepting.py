"""From a node to a lesson of a course's draft, by the tutor's own hand, through the services of
courses. Nothing here publishes.

Lock order: the AI draft, then the course's draft, as courses' own services take it.
"""

from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from ai import lessons
from ai.errors import DraftNotReady, LookFirst
from ai.models import Draft, Node
from courses.models import Course, LessonDraft, SectionDraft
from courses.services import drafting, outlining, writing
from tutorme.core import audit
from tutorme.core.errors import NotAllowed

State = Node.State
_PROJECTS = "Projects"


def accept(*, node: Node, actor: Any, looked: bool = False) -> Node:
    """The lesson as it stands in the studio becomes the lesson in the course's draft. Accepting it
    again brings what changed since. `LookFirst` where a check disagreed and nobody says they
    looked."""
    with transaction.atomic():
        draft = Draft.objects.select_for_update(of=("self",), no_key=True).get(pk=node.draft_id)
        row = Node.objects.select_for_update(no_key=True).get(pk=node.pk)
        _require_acceptable(draft, row, looked=looked)
        course = _course_of(draft, actor)
        lesson = _lesson(draft, row, course, actor)
        row.lesson_id, row.state = lesson.pk, State.ACCEPTED
        row.approved_by, row.approved_at = actor, timezone.now()
        row.save()
        if draft.is_whole:
            draft.state = Draft.State.IN_REVIEW
        draft.save()
        audit.record("ai.accepted", target=lesson, actor_id=actor.pk, after={"node": row.key})
    return row


def _require_acceptable(draft: Draft, node: Node, *, looked: bool) -> None:
    if not draft.is_open or not node.can_be_accepted or node.kind == Node.Kind.OUTLINE:
        raise DraftNotReady(state=node.state)
    if node.state == State.NEEDS_HUMAN and not looked:
        raise LookFirst(flags=[row["text"] for row in node.findings])


def accept_ready(*, draft: Draft, actor: Any) -> int:
    """All that no check objected to, in their order."""
    ready = draft.nodes.filter(state=State.READY).exclude(kind=Node.Kind.OUTLINE)
    rows = list(ready.order_by("position"))
    for node in rows:
        accept(node=node, actor=actor)
    return len(rows)


def _course_of(draft: Draft, actor: Any) -> Course:
    if draft.course is not None:
        if draft.course.instructor_id != draft.author_id:
            raise NotAllowed
        return draft.course
    if draft.outline is None:
        raise DraftNotReady("Say which lesson it belongs to.", state=draft.state)
    draft.course = drafting.create_course(author=actor, facts=_facts(draft))
    return draft.course


def _facts(draft: Draft) -> dict[str, Any]:
    """Free until its author says what it costs."""
    outline = draft.outline or {}
    return {
        "title": outline["title"],
        "summary": outline["summary"][:300],
        "outcomes": [text[:160] for text in outline["objectives"]],
        "tags": outline["tags"],
        "difficulty": outline["level"],
        "language": outline["language"],
        "estimated_hours": outline["estimated_hours"],
        "price_minor": 0,
        "currency": "EUR",
    }


def _lesson(draft: Draft, node: Node, course: Course, actor: Any) -> LessonDraft:
    content = {"title": node.title, **lessons.parts_of(node), **_details(draft, node)}
    mine = LessonDraft.objects.filter(course=course)
    found = mine.filter(pk=node.lesson_id).first() if node.lesson_id else None
    if found:
        changes = {name: value for name, value in content.items() if name != "prerequisites"}
        return writing.save_lesson(lesson=found, changes=changes, actor_id=actor.pk)
    section = _section(draft, node, course, actor)
    lesson = outlining.add_lesson(
        course=course,
        kind=lessons.kind_of(node),
        section_id=section.pk,
        actor_id=actor.pk,
        **content,
    )
    node.lesson_id = lesson.pk
    node.save(update_fields=["lesson_id"])
    _put_in_order(draft, course, actor)
    return lesson


def _details(draft: Draft, node: Node) -> dict[str, Any]:
    """What the outline says of it."""
    entry = _entry(draft, node)
    if not entry:
        return {}
    required = draft.nodes.filter(key__in=entry["prerequisites"], lesson_id__isnull=False)
    present = LessonDraft.objects.filter(
        course=draft.course, pk__in=required.values("lesson_id")
    ).values_list("pk", flat=True)
    return {
        "minutes": entry["minutes"],
        "objectives": entry["objectives"],
        "prerequisites": list(present),
    }


def _entry(draft: Draft, node: Node) -> dict[str, Any] | None:
    for section in (draft.outline or {}).get("sections", []):
        for lesson in section["lessons"]:
            if lesson["key"] == node.key:
                return {**lesson, "section": section}
    return None


def _section(draft: Draft, node: Node, course: Course, actor: Any) -> SectionDraft:
    """The one its key got when its first lesson was accepted."""
    entry = _entry(draft, node)
    if node.kind == Node.Kind.SET:
        return _beside(draft, course)
    key, title = (
        (entry["section"]["key"], entry["section"]["title"]) if entry else ("projects", _PROJECTS)
    )
    known = draft.places.get(key)
    found = SectionDraft.objects.filter(course=course, pk=known).first() if known else None
    if found is None:
        found = outlining.add_section(course=course, title=title, actor_id=actor.pk)
        draft.places = {**draft.places, key: str(found.pk)}
    return found


def _beside(draft: Draft, course: Course) -> SectionDraft:
    """A set belongs to the section of the lesson it was written for."""
    beside = _lesson_id(draft)
    rows = LessonDraft.objects.filter(course=course, pk=beside) if beside else None
    lesson = rows.select_related("section").first() if rows is not None else None
    return lesson.section if lesson else outlining.last_section(course)


def _lesson_id(draft: Draft) -> UUID | None:
    lesson = draft.brief.get("lesson")
    return UUID(lesson["id"]) if lesson else None


def _put_in_order(draft: Draft, course: Course, actor: Any) -> None:
    """Lessons of the studio stand as in its outline, whenever they were accepted; others keep
    their places behind the one they followed."""
    place = {
        pk: position for pk, position in draft.nodes.values_list("lesson_id", "position") if pk
    }
    sections = {key: number for number, key in enumerate(_section_keys(draft))}
    known = {UUID(pk): sections.get(key, len(sections)) for key, pk in draft.places.items()}
    order = [(pk, _merged(rows, place)) for pk, rows in outlining.order_of(course)]
    mine = sorted((row for row in order if row[0] in known), key=lambda row: known[row[0]])
    waiting = iter(mine)
    wanted = [next(waiting) if row[0] in known else row for row in order]
    outlining.reorder(course=course, order=wanted, actor_id=actor.pk)


def _section_keys(draft: Draft) -> list[str]:
    return [section["key"] for section in (draft.outline or {}).get("sections", [])]


def _merged(rows: list[UUID], place: dict[UUID, int]) -> list[UUID]:
    mine = iter(sorted((pk for pk in rows if pk in place), key=lambda pk: place[pk]))
    return [next(mine) if pk in place else pk for pk in rows]


def attach(*, draft: Draft, lesson: LessonDraft, actor: Any, looked: bool = False) -> Node:
    """A set on its own is put beside a lesson of one of the author's courses."""
    if draft.kind == Draft.Kind.COURSE:
        raise DraftNotReady(state=draft.state)
    with transaction.atomic():
        row = Draft.objects.select_for_update(of=("self",), no_key=True).get(pk=draft.pk)
        row.course = lesson.course
        row.brief = {**row.brief, "lesson": {"id": str(lesson.pk), "title": lesson.title}}
        row.save()
        node = row.nodes.get()
        if (
            node.lesson_id
            and not LessonDraft.objects.filter(pk=node.lesson_id, course=lesson.course).exists()
        ):
            state = State.NEEDS_HUMAN if node.findings else State.READY
            Node.objects.filter(pk=node.pk).update(lesson_id=None, state=state)
        return accept(node=row.nodes.get(), actor=actor, looked=looked)
