"""Between files and drafts: a document read from files becomes a draft, and back."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from courses import lesson_data, source_files
from courses.documents import Document, lessons_of
from courses.errors import SourceInvalid
from courses.models import (
    CONTENT,
    Course,
    CourseDraft,
    LessonDraft,
    LessonDraftPrerequisite,
    LessonKind,
    LessonRevision,
    SectionDraft,
)
from courses.quiz_checks import problems_of_bank
from courses.services import (
    bank,
    drafting,
    history,
    outlining,
    prerequisites,
    publishing,
    quiz_content,
)
from tutorme.core.errors import InvalidInput

Reason = LessonRevision.Reason


def document_for_files(course: Course) -> Document:
    """The draft as `courses.source_files.render` writes it."""
    document = publishing.document_of(course)
    required = Course.objects.filter(pk__in=document["facts"].get("prerequisites", []))
    slugs = sorted(required.values_list("slug", flat=True))
    rows = bank.rows_of(course)
    return {**document, "slug": course.slug, "requires": slugs, "bank": rows}


def read(files: Mapping[str, bytes]) -> Document:
    """`SourceInvalid` names every problem found, not only the first."""
    document, problems = source_files.parse(files)
    if problems := [*problems, *check(document)]:
        raise SourceInvalid(problems=problems)
    return document


def check(document: Document) -> list[str]:
    """What only a look at lessons' own members shows; one sentence each."""
    problems = problems_of_bank(document.get("bank", []))
    for row in lessons_of(document):
        if row["quiz"]:
            problems += quiz_content.source_problems(row["key"], row["quiz"])
            continue
        try:
            row["data"] = lesson_data.cleaned(row["kind"], row["data"])
        except InvalidInput as error:
            for wrong in error.extras["errors"]:
                problems.append(f"course.yaml: {row['key']}{wrong['pointer']}: {wrong['detail']}")
    return problems


def load_draft(*, course: Course, document: Document, actor_id: Any) -> CourseDraft:
    """Makes the document the course's draft. Lessons are the same where their keys are; what was
    there before is in their histories. Loading the same again changes nothing."""
    if problems := check(document):
        raise SourceInvalid(problems=problems)
    with transaction.atomic():
        draft = drafting.locked(course)
        before = publishing.document_of(course)
        _facts(course, document, actor_id)
        bank.load(course=course, rows=document.get("bank", []))
        sections = _sections(course, document)
        _lessons(course, document, sections, actor_id)
        SectionDraft.objects.filter(course=course).exclude(
            pk__in=[section.pk for section in sections]
        ).delete()
        _prerequisites(course, document)
        draft.refresh_from_db()
        if publishing.document_of(course) != before:
            drafting.touch(draft, actor_id)
    return draft


def _facts(course: Course, document: Document, actor_id: Any) -> None:
    slugs = document["requires"]
    known = dict(Course.objects.filter(slug__in=slugs).values_list("slug", "pk"))
    if unknown := [slug for slug in slugs if slug not in known]:
        raise SourceInvalid(
            problems=[f"course.yaml: requires {slug}, which is not here" for slug in unknown]
        )
    changes = {**document["facts"], "prerequisites": sorted(known.values())}
    drafting.edit_facts(course=course, changes=changes, actor_id=actor_id)


def _sections(course: Course, document: Document) -> list[SectionDraft]:
    """By place: a section has nothing of its own but its title."""
    have = list(SectionDraft.objects.filter(course=course).order_by("position"))
    rows = document["sections"]
    have += [SectionDraft(course=course) for _row in rows[len(have) :]]
    used = have[: len(rows)]
    for place, (section, row) in enumerate(zip(used, rows, strict=True)):
        section.title, section.position = row["title"], place
        section.save()
    return used


def _lessons(
    course: Course, document: Document, sections: list[SectionDraft], actor_id: Any
) -> None:
    have = {row.key: row for row in LessonDraft.objects.filter(course=course)}
    position = 0
    for section, part in zip(sections, document["sections"], strict=True):
        for row in part["lessons"]:
            _lesson(have.pop(row["key"], None), row, section, position, actor_id)
            position += 1
    for gone in have.values():
        outlining.forget(gone, actor_id)


def _lesson(
    lesson: LessonDraft | None,
    row: dict[str, Any],
    section: SectionDraft,
    position: int,
    actor_id: Any,
) -> None:
    content = _content(row)
    if lesson is None:
        lesson = LessonDraft(
            id=_id_before(section.course, row["key"]), course=section.course, key=row["key"]
        )
    elif any(getattr(lesson, name) != value for name, value in content.items()):
        history.keep(lesson, Reason.IMPORTED, actor_id)
        lesson.revision += 1
    for name, value in content.items():
        setattr(lesson, name, value)
    lesson.section, lesson.position = section, position
    lesson.updated_by_id = actor_id
    lesson.save()
    if row["quiz"] is not None:
        quiz_content.load(lesson, row["quiz"])


def _content(row: dict[str, Any]) -> dict[str, Any]:
    content = {name: row[name] for name in (*CONTENT, "is_held_back")}
    if row["kind"] == LessonKind.QUIZ:
        content.pop("data")
    if row["drip_at"]:
        content["drip_at"] = datetime.fromisoformat(row["drip_at"])
    return content


def _id_before(course: Course, key: str) -> Any:
    """A lesson that left and comes again is the same lesson, with its learners' progress."""
    known = course.lessons.filter(key=key).values_list("pk", flat=True).first()
    return known or LessonDraft._meta.pk.get_default()


def _prerequisites(course: Course, document: Document) -> None:
    """All go first, so that no order of lessons makes a circle that is not there at the end."""
    drafts = {row.key: row for row in LessonDraft.objects.filter(course=course)}
    LessonDraftPrerequisite.objects.filter(lesson__course=course).delete()
    for row in lessons_of(document):
        required = [drafts[key].pk for key in row["requires"]]
        prerequisites.set_for_lesson(drafts[row["key"]], required)
