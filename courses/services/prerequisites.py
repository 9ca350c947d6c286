"""What must come before what. Circles are refused when they are drawn, not when they are met."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from django.db import connection

from courses.cycles import cycle_in
from courses.errors import PrerequisiteCycle
from courses.models import Course, CoursePrerequisite, LessonDraft, LessonDraftPrerequisite
from tutorme.core.errors import InvalidInput

# Two publishings could each add one half of a circle; one at a time, over all courses.
_ALL_COURSES = 0x7475_7431


def set_for_lesson(lesson: LessonDraft, required: Iterable[UUID]) -> bool:
    """Replaces what `lesson` waits for; says whether anything changed. The caller holds the draft's
    row, under which no other part of the graph moves."""
    wanted = set(required)
    before = set(_of_lesson(lesson).values_list("requires_id", flat=True))
    if wanted == before:
        return False
    titles = dict(LessonDraft.objects.filter(course_id=lesson.course_id).values_list("pk", "title"))
    if unknown := wanted - set(titles):
        raise _not_here("prerequisites", unknown)
    graph = {**_graph_of(lesson.course_id), lesson.pk: list(wanted)}
    _refuse_circle(graph, titles)
    _of_lesson(lesson).exclude(requires_id__in=wanted).delete()
    LessonDraftPrerequisite.objects.bulk_create(
        LessonDraftPrerequisite(lesson=lesson, requires_id=pk) for pk in wanted - before
    )
    return True


def _of_lesson(lesson: LessonDraft) -> Any:
    return LessonDraftPrerequisite.objects.filter(lesson=lesson)


def _graph_of(course_id: UUID) -> dict[UUID, list[UUID]]:
    rows = LessonDraftPrerequisite.objects.filter(lesson__course_id=course_id)
    return _graph(rows.values_list("lesson_id", "requires_id"))


def _graph(pairs: Iterable[tuple[UUID, UUID]]) -> dict[UUID, list[UUID]]:
    graph: dict[UUID, list[UUID]] = {}
    for before, after in pairs:
        graph.setdefault(before, []).append(after)
    return graph


def _refuse_circle(graph: Mapping[UUID, Sequence[UUID]], titles: Mapping[UUID, str]) -> None:
    if circle := cycle_in(graph):
        raise PrerequisiteCycle(cycle=[titles.get(pk, str(pk)) for pk in circle])


def check_courses(course_id: UUID, required: Iterable[UUID | str]) -> None:
    """Against what is published; publishing checks once more, alone."""
    wanted = {UUID(str(pk)) for pk in required}
    known = Course.objects.filter(pk__in=wanted).exclude(state=Course.State.DRAFT)
    if unknown := wanted - set(known.values_list("pk", flat=True)):
        raise _not_here("prerequisites", unknown)
    pairs = CoursePrerequisite.objects.values_list("course_id", "requires_id")
    graph = {**_graph(pairs), course_id: list(wanted)}
    titles = dict(Course.objects.filter(pk__in=graph).values_list("pk", "title"))
    _refuse_circle(graph, titles)


def set_for_course(course: Course, required: Iterable[UUID | str]) -> None:
    """Writes what was drafted, in the transaction that publishes it."""
    wanted = {UUID(str(pk)) for pk in required}
    rows = CoursePrerequisite.objects.filter(course=course)
    before = set(rows.values_list("requires_id", flat=True))
    if wanted == before:
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_ALL_COURSES])
    check_courses(course.pk, wanted)
    rows.exclude(requires_id__in=wanted).delete()
    CoursePrerequisite.objects.bulk_create(
        CoursePrerequisite(course=course, requires_id=pk) for pk in wanted - before
    )


def _not_here(field: str, unknown: Iterable[UUID]) -> InvalidInput:
    rows = [
        {"pointer": f"/{field}", "code": "unknown", "detail": f"{pk} is not one to wait for."}
        for pk in sorted(unknown)
    ]
    return InvalidInput(errors=rows)
