"""The outline of a draft: its sections, which lessons it has, and their order."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Max, QuerySet
from django.utils.text import slugify

from courses import lesson_data
from courses.errors import OrderIncomplete
from courses.models import Course, LessonDraft, LessonKind, LessonRevision, SectionDraft
from courses.services import drafting, history, prerequisites, quiz_content
from tutorme.core.errors import NotFound
from tutorme.core.ids import uuid7

Reason = LessonRevision.Reason
# Sections in order, each with its lessons in order.
Order = Sequence[tuple[UUID, Sequence[UUID]]]


def add_section(*, course: Course, title: str, actor_id: Any) -> SectionDraft:
    with transaction.atomic():
        draft = drafting.locked(course)
        section = SectionDraft.objects.create(
            course=course, title=title, position=_next(SectionDraft.objects.filter(course=course))
        )
        drafting.touch(draft, actor_id)
    return section


def _next(rows: QuerySet[Any]) -> int:
    last = rows.aggregate(last=Max("position"))["last"]
    return 0 if last is None else last + 1


def next_position(course: Course) -> int:
    return _next(LessonDraft.objects.filter(course=course))


def rename_section(*, section: SectionDraft, title: str, actor_id: Any) -> SectionDraft:
    with transaction.atomic():
        draft = drafting.locked(section.course)
        section.title = title
        section.save(update_fields=["title"])
        drafting.touch(draft, actor_id)
    return section


def remove_section(*, section: SectionDraft, actor_id: Any) -> None:
    """With its lessons, each of which can be brought back from its history."""
    with transaction.atomic():
        draft = drafting.locked(section.course)
        for lesson in section.lessons.all():
            forget(lesson, actor_id)
        section.delete()
        drafting.touch(draft, actor_id)


def add_lesson(
    *,
    course: Course,
    title: str,
    kind: str = LessonKind.TEXT,
    section_id: UUID | None = None,
    actor_id: Any = None,
    **content: Any,
) -> LessonDraft:
    """At the end of its section, or of the last one; a course without sections gets its first."""
    required = content.pop("prerequisites", None)
    with transaction.atomic():
        draft = drafting.locked(course)
        section = _section(course, section_id)
        content["data"] = lesson_data.cleaned(kind, content.get("data", {}))
        lesson = LessonDraft.objects.create(
            course=course,
            section=section,
            key=free_key(course, title),
            position=next_position(course),
            title=title,
            kind=kind,
            updated_by_id=actor_id,
            **content,
        )
        if required:
            prerequisites.set_for_lesson(lesson, required)
        _renumber(course)
        drafting.touch(draft, actor_id)
    lesson.refresh_from_db()
    return lesson


def _section(course: Course, section_id: UUID | None) -> SectionDraft:
    if section_id is None:
        return last_section(course)
    section = SectionDraft.objects.filter(course=course, pk=section_id).first()
    if section is None:
        raise NotFound
    return section


def last_section(course: Course) -> SectionDraft:
    """Made where there is none yet."""
    found = SectionDraft.objects.filter(course=course).order_by("position").last()
    return found or SectionDraft.objects.create(course=course, title=course.title, position=0)


def free_key(course: Course, title: str) -> str:
    """A lesson keeps its key for life, and no other lesson of the course ever gets it: links and
    learners' progress hang on it."""
    base = slugify(title)[:70] or "lesson"
    taken = {
        *LessonDraft.objects.filter(course=course).values_list("key", flat=True),
        *course.lessons.values_list("key", flat=True),
    }
    names = (base, *(f"{base}-{number}" for number in range(2, 1000)))
    return next((name for name in names if name not in taken), f"lesson-{uuid7().hex}")


def remove_lesson(*, lesson: LessonDraft, actor_id: Any) -> None:
    with transaction.atomic():
        draft = drafting.locked(lesson.course)
        row = LessonDraft.objects.select_for_update(of=("self",)).filter(pk=lesson.pk).first()
        if row is None:
            raise NotFound
        forget(row, actor_id)
        drafting.touch(draft, actor_id)


def forget(lesson: LessonDraft, actor_id: Any) -> None:
    """Out of the draft, into its history. The caller holds the draft's row."""
    history.keep(lesson, Reason.DELETED, actor_id)
    quiz_content.discard(lesson)
    lesson.delete()


def reorder(*, course: Course, order: Order, actor_id: Any) -> None:
    """Sets the whole outline. `OrderIncomplete` unless it names each section and lesson once: an
    order made beside somebody who added a lesson would lose it."""
    with transaction.atomic():
        draft = drafting.locked(course)
        _refuse_partial(course, order)
        _write_order(course, order)
        drafting.touch(draft, actor_id)


def _refuse_partial(course: Course, order: Order) -> None:
    known = {
        *SectionDraft.objects.filter(course=course).values_list("pk", flat=True),
        *LessonDraft.objects.filter(course=course).values_list("pk", flat=True),
    }
    named = [pk for section, lessons in order for pk in (section, *lessons)]
    if set(named) != known or len(named) != len(known):
        missing, unknown = known - set(named), set(named) - known
        raise OrderIncomplete(missing=sorted(map(str, missing)), unknown=sorted(map(str, unknown)))


def _write_order(course: Course, order: Order) -> None:
    """The unique positions are checked at the end of the transaction."""
    sections = SectionDraft.objects.in_bulk([pk for pk, _lessons in order])
    lessons = LessonDraft.objects.in_bulk([pk for _section, pks in order for pk in pks])
    position = 0
    for place, (section_id, lesson_ids) in enumerate(order):
        sections[section_id].position = place
        for pk in lesson_ids:
            lessons[pk].section_id, lessons[pk].position = section_id, position
            position += 1
    SectionDraft.objects.bulk_update(sections.values(), ["position"])
    LessonDraft.objects.bulk_update(lessons.values(), ["section", "position"])


def order_of(course: Course) -> list[tuple[UUID, list[UUID]]]:
    order: dict[UUID, list[UUID]] = {
        pk: []
        for pk in SectionDraft.objects.filter(course=course)
        .order_by("position")
        .values_list("pk", flat=True)
    }
    rows = LessonDraft.objects.filter(course=course).order_by("position")
    for section_id, pk in rows.values_list("section_id", "pk"):
        order[section_id].append(pk)
    return list(order.items())


def order_by_lessons(course: Course, lesson_ids: Sequence[UUID]) -> list[tuple[UUID, list[UUID]]]:
    """The order in which each lesson stays in its section. `OrderIncomplete` as `reorder`."""
    order = order_of(course)
    section_of = {pk: section for section, lessons in order for pk in lessons}
    missing, unknown = set(section_of) - set(lesson_ids), set(lesson_ids) - set(section_of)
    if missing or unknown:
        raise OrderIncomplete(missing=sorted(map(str, missing)), unknown=sorted(map(str, unknown)))
    return [
        (section, [pk for pk in lesson_ids if section_of[pk] == section])
        for section, _lessons in order
    ]


def _renumber(course: Course) -> None:
    _write_order(course, order_of(course))


def move_lesson(*, lesson: LessonDraft, by: int, actor_id: Any) -> None:
    """One place up (-1) or down (+1); over the edge of its section into the neighbouring one."""
    with transaction.atomic():
        draft = drafting.locked(lesson.course)
        order = order_of(lesson.course)
        _shift(order, lesson.pk, by)
        _write_order(lesson.course, order)
        drafting.touch(draft, actor_id)


def _shift(order: list[tuple[UUID, list[UUID]]], lesson_id: UUID, by: int) -> None:
    here = next((n for n, (_pk, rows) in enumerate(order) if lesson_id in rows), None)
    if here is None:
        raise NotFound
    rows = order[here][1]
    place = rows.index(lesson_id)
    if 0 <= place + by < len(rows):
        rows.insert(place + by, rows.pop(place))
    elif 0 <= here + by < len(order):
        rows.remove(lesson_id)
        neighbour = order[here + by][1]
        neighbour.insert(0 if by > 0 else len(neighbour), lesson_id)


def move_section(*, section: SectionDraft, by: int, actor_id: Any) -> None:
    with transaction.atomic():
        draft = drafting.locked(section.course)
        order = order_of(section.course)
        here = next(n for n, (pk, _rows) in enumerate(order) if pk == section.pk)
        if 0 <= here + by < len(order):
            order.insert(here + by, order.pop(here))
            _write_order(section.course, order)
            drafting.touch(draft, actor_id)
