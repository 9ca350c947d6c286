"""A draft becomes what learners read: in one transaction, on the same lesson ids."""

from typing import Any

from django.db import transaction
from django.db.models import Sum
from django.db.models.functions import Now
from django.utils import timezone

from courses import documents
from courses.documents import FACTS, Document, lessons_of
from courses.errors import CourseHasLearners, CourseNotReady
from courses.events import CoursePublished, CourseUnpublished
from courses.models import (
    CONTENT,
    Course,
    CourseDraft,
    CourseVersion,
    Lesson,
    LessonDraft,
    LessonDraftPrerequisite,
    LessonKind,
    LessonPrerequisite,
    Section,
    SlotQuestion,
)
from courses.services import (
    checklist,
    drafting,
    files,
    prerequisites,
    quiz_content,
    transcripts,
)
from tutorme.core import audit, outbox
from tutorme.core.errors import Conflict

# Where lessons stand that left the outline while learners' rows hang on them.
_RETIRED = 10_000


def document_of(course: Course) -> Document:
    """The draft as one document, held-back lessons included."""
    draft = drafting.draft_of(course)
    required: dict[Any, list[str]] = {}
    rows = LessonDraftPrerequisite.objects.filter(lesson__course=course)
    for lesson_id, key in rows.values_list("lesson_id", "requires__key").order_by("requires__key"):
        required.setdefault(lesson_id, []).append(key)
    sections: dict[Any, dict[str, Any]] = {
        row.pk: {"id": str(row.pk), "title": row.title, "lessons": []}
        for row in course.section_drafts.order_by("position")
    }
    for lesson in course.lesson_drafts.order_by("position"):
        written = _written(lesson, required.get(lesson.pk, []))
        sections[lesson.section_id]["lessons"].append(written)
    return {"facts": draft.facts, "sections": list(sections.values())}


def _written(lesson: LessonDraft, required: list[str]) -> dict[str, Any]:
    is_quiz = lesson.kind == LessonKind.QUIZ
    content = {name: getattr(lesson, name) for name in CONTENT}
    return {
        "id": str(lesson.pk),
        "key": lesson.key,
        **content,
        "data": {} if is_quiz else lesson.data,
        "drip_at": lesson.drip_at.isoformat() if lesson.drip_at else None,
        "requires": required,
        "is_held_back": lesson.is_held_back,
        "quiz": quiz_content.document(lesson) if is_quiz else None,
    }


def publish(*, course: Course, actor_id: Any, note: str = "", is_breaking: bool = False) -> Course:
    """Shows the draft to everybody, and counts learners' progress against it afterwards.
    `CourseNotReady` lists what is missing, `PrerequisiteCycle` who waits for whom."""
    with transaction.atomic():
        row = Course.objects.select_for_update(no_key=True).get(pk=course.pk)
        draft = drafting.locked(row)
        if missing := checklist.missing(row):
            raise CourseNotReady.of(missing)
        new = documents.published_part(document_of(row))
        _apply(row, draft, new, is_breaking=is_breaking)
        _record(row, new, note=note, is_breaking=is_breaking, actor_id=actor_id)
        draft.is_changed = False
        draft.save(update_fields=["is_changed"])
        outbox.record(CoursePublished(row.pk), actor_id=actor_id)
        audit.record("course.published", target=row, actor_id=actor_id)
    return row


def _apply(row: Course, draft: CourseDraft, new: Document, *, is_breaking: bool) -> None:
    for name in FACTS:
        setattr(row, name, draft.facts.get(name, getattr(row, name)))
    prerequisites.set_for_course(row, draft.facts.get("prerequisites", []))
    _sections(row, new)
    _lessons(row, new)
    files.publish(row, new)
    transcripts.publish(row)
    lessons = row.lessons.filter(is_published=True)
    row.state = Course.State.PUBLISHED
    row.version += 1
    if is_breaking and row.version > 1:
        row.breaking_version = row.version
    row.lesson_count = lessons.count()
    row.total_minutes = lessons.aggregate(total=Sum("minutes"))["total"] or 0
    row.published_at = row.published_at or timezone.now()
    row.save()


def _sections(course: Course, new: Document) -> None:
    """Those that left the outline make room first; with retired lessons they stay behind it."""
    kept = {section["id"] for section in new["sections"]}
    gone = course.sections.exclude(pk__in=kept)
    gone.filter(lessons=None).delete()
    for place, section in enumerate(gone.order_by("position")):
        Section.objects.filter(pk=section.pk).update(position=_RETIRED + place)
    Section.objects.bulk_create(
        [
            Section(id=section["id"], course=course, title=section["title"], position=place)
            for place, section in enumerate(new["sections"])
        ],
        update_conflicts=True,
        unique_fields=["id"],
        update_fields=["title", "position"],
    )


def _lessons(course: Course, new: Document) -> None:
    drafts = {
        str(draft.pk): draft
        for draft in LessonDraft.objects.filter(pk__in=[row["id"] for row in lessons_of(new)])
    }
    gone = course.lessons.exclude(pk__in=drafts).order_by("position")
    for place, pk in enumerate(gone.values_list("pk", flat=True)):
        Lesson.objects.filter(pk=pk).update(is_published=False, position=_RETIRED + place)
    places = [
        (section["id"], row["id"]) for section in new["sections"] for row in section["lessons"]
    ]
    rows = [
        _lesson(course, drafts[lesson_id], section_id, place)
        for place, (section_id, lesson_id) in enumerate(places)
    ]
    Lesson.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["id"],
        update_fields=["section", "position", "is_published", "updated_at", *CONTENT],
    )
    _lesson_prerequisites(course, [row.pk for row in rows])
    for row in rows:
        if row.kind == LessonKind.QUIZ:
            quiz_content.publish(drafts[str(row.pk)], row)


def _lesson(course: Course, draft: LessonDraft, section_id: str, position: int) -> Lesson:
    content = {name: getattr(draft, name) for name in CONTENT}
    if draft.kind == LessonKind.QUIZ:
        content["data"] = {}
    return Lesson(
        id=draft.pk,
        course=course,
        section_id=section_id,
        key=draft.key,
        position=position,
        is_published=True,
        updated_at=timezone.now(),
        **content,
    )


def _lesson_prerequisites(course: Course, ids: list[Any]) -> None:
    """What is held back or gone keeps nobody waiting."""
    wanted = set(
        LessonDraftPrerequisite.objects.filter(lesson_id__in=ids, requires_id__in=ids).values_list(
            "lesson_id", "requires_id"
        )
    )
    rows = LessonPrerequisite.objects.filter(lesson__course=course)
    have = {(row.lesson_id, row.requires_id): row.pk for row in rows}
    rows.filter(pk__in=[pk for pair, pk in have.items() if pair not in wanted]).delete()
    LessonPrerequisite.objects.bulk_create(
        LessonPrerequisite(lesson_id=lesson, requires_id=requires)
        for lesson, requires in wanted - set(have)
    )


def _record(
    course: Course, new: Document, *, note: str, is_breaking: bool, actor_id: Any
) -> CourseVersion:
    before = course.versions.order_by("-number").first()
    return CourseVersion.objects.create(
        course=course,
        number=course.version,
        snapshot=new,
        changes=documents.changes_between(before.snapshot if before else None, new),
        note=note,
        is_breaking=is_breaking,
        author_id=actor_id,
    )


def unpublish(*, course: Course, actor_id: Any) -> Course:
    """Out of the catalogue, closed to newcomers; whoever has a place goes on learning."""
    return _leave(course, Course.State.DRAFT, "course.unpublished", actor_id)


def archive(*, course: Course, actor_id: Any) -> Course:
    """As unpublishing, and out of the author's way too."""
    return _leave(course, Course.State.ARCHIVED, "course.archived", actor_id)


def _leave(course: Course, state: str, action: str, actor_id: Any) -> Course:
    with transaction.atomic():
        row = Course.objects.select_for_update(no_key=True).get(pk=course.pk)
        if row.state == state:
            return row
        was_public = row.state == Course.State.PUBLISHED
        before, row.state = row.state, state
        row.save(update_fields=["state", "updated_at"])
        if was_public:
            outbox.record(CourseUnpublished(row.pk), actor_id=actor_id)
        audit.record(
            action, target=row, actor_id=actor_id, before={"state": before}, after={"state": state}
        )
    return row


def bring_back(*, course: Course, actor_id: Any) -> Course:
    """Out of the archive, as a course that is not in the catalogue."""
    if not Course.objects.filter(pk=course.pk, state=Course.State.ARCHIVED).update(
        state=Course.State.DRAFT, updated_at=Now()
    ):
        raise Conflict
    course.refresh_from_db()
    audit.record("course.brought-back", target=course, actor_id=actor_id)
    return course


def delete_course(*, course: Course, actor_id: Any) -> None:
    """For good; only while nobody ever had a place in it."""
    with transaction.atomic():
        row = Course.objects.select_for_update().get(pk=course.pk)
        if row.enrollments.exists() or row.leads_to.exists():
            raise CourseHasLearners
        audit.record("course.deleted", target=row, actor_id=actor_id, before={"title": row.title})
        files.drop_all(row)
        # What was published of a question protects it; here both go.
        SlotQuestion.objects.filter(slot__quiz__lesson__course=row).delete()
        row.delete()
