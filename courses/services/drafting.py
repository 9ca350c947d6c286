"""What an author changes: a draft beside the published course. Nothing here reaches a learner.

Lock order: the course, its draft, then a lesson's draft. Whoever changes the outline or a lesson
holds the draft's row, so that publishing copies a state that once was.
"""

from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.utils.text import slugify

from accounts.channels import USER
from courses.documents import FACTS
from courses.models import (
    CONTENT,
    Course,
    CourseDraft,
    CoursePrerequisite,
    LessonDraft,
    LessonDraftPrerequisite,
    LessonKind,
    LessonPrerequisite,
    LessonRevision,
    SectionDraft,
)
from courses.services import history, prerequisites, quiz_content
from tutorme.core import audit, channels
from tutorme.core.channels import named
from tutorme.core.errors import PreconditionFailed
from tutorme.core.ids import uuid7

Reason = LessonRevision.Reason
# Addresses below /teach/courses/ that are no course.
_PAGES = {"new", "import"}


def create_course(
    *, author: Any, facts: dict[str, Any], slug: str = "", course_id: UUID | None = None
) -> Course:
    """A course nobody sees yet, with an empty draft. A slug that is taken is replaced."""
    own = {name: value for name, value in facts.items() if name in FACTS}
    course = Course(id=course_id or uuid7(), instructor=author, slug=slug, **own)
    with transaction.atomic():
        _insert_with_slug(course)
        draft = CourseDraft.objects.create(
            course=course, facts=_facts_of(course), updated_by=author
        )
        if required := facts.get("prerequisites"):
            prerequisites.check_courses(course.pk, required)
            draft.facts["prerequisites"] = [str(pk) for pk in required]
            draft.save(update_fields=["facts"])
        audit.record("course.created", target=course, actor_id=author.pk)
        channels.publish(named(USER, author.pk), "course-created", {"course_id": course.pk})
    return course


def _insert_with_slug(course: Course) -> None:
    """The first free one of title, title-2, … and, against somebody just as fast, a random one."""
    base = course.slug or slugify(course.title)[:100] or "course"
    taken = {*_PAGES, *Course.objects.filter(slug__startswith=base).values_list("slug", flat=True)}
    tries = (base, *(f"{base}-{number}" for number in range(2, 100)), f"{base}-{uuid7().hex[-12:]}")
    for slug in tries:
        course.slug = slug
        if slug not in taken:
            Course.objects.bulk_create([course], ignore_conflicts=True)
            if Course.objects.filter(pk=course.pk).exists():
                return


def _facts_of(course: Course) -> dict[str, Any]:
    required = CoursePrerequisite.objects.filter(course=course).values_list(
        "requires_id", flat=True
    )
    facts = {name: getattr(course, name) for name in FACTS}
    return {**facts, "prerequisites": sorted(map(str, required))}


def draft_of(course: Course) -> CourseDraft:
    """The draft, made from what is published where nobody has edited since drafts exist."""
    return CourseDraft.objects.filter(pk=course.pk).first() or _from_published(course)


def lesson_draft(courses: QuerySet[Course], lesson_id: UUID) -> LessonDraft | None:
    """The draft of a lesson of one of `courses`, made first where the course had none."""
    rows = LessonDraft.objects.select_related("course", "section")
    mine = rows.filter(pk=lesson_id, course__in=courses)
    if found := mine.first():
        return found
    course = courses.filter(lessons__pk=lesson_id, draft=None).first()
    if course is None:
        return None
    _from_published(course)
    return mine.first()


def locked(course: Course) -> CourseDraft:
    """The caller holds the transaction."""
    draft_of(course)
    return CourseDraft.objects.select_for_update(no_key=True).get(pk=course.pk)


def _from_published(course: Course) -> CourseDraft:
    with transaction.atomic():
        Course.objects.select_for_update(no_key=True).get(pk=course.pk)
        if found := CourseDraft.objects.filter(pk=course.pk).first():
            return found
        draft = CourseDraft.objects.create(course=course, facts=_facts_of(course), is_changed=False)
        _outline_from_published(course)
    return draft


def _outline_from_published(course: Course) -> None:
    lessons = list(course.lessons.filter(is_published=True).order_by("position"))
    used = {lesson.section_id for lesson in lessons}
    sections = course.sections.filter(pk__in=used).order_by("position")
    SectionDraft.objects.bulk_create(
        SectionDraft(id=row.pk, course=course, title=row.title, position=row.position)
        for row in sections
    )
    drafts = [
        LessonDraft(
            id=row.pk,
            course=course,
            section_id=row.section_id,
            key=row.key,
            position=row.position,
            **{name: getattr(row, name) for name in CONTENT},
        )
        for row in lessons
    ]
    LessonDraft.objects.bulk_create(drafts)
    rows = LessonPrerequisite.objects.filter(lesson__in=lessons, requires__in=lessons)
    LessonDraftPrerequisite.objects.bulk_create(
        LessonDraftPrerequisite(lesson_id=row.lesson_id, requires_id=row.requires_id)
        for row in rows
    )
    for draft in drafts:
        if draft.kind == LessonKind.QUIZ:
            quiz_content.adopt(draft)


def touch(draft: CourseDraft, actor_id: Any) -> None:
    """The outline or the facts changed. The caller holds the draft's row."""
    draft.revision += 1
    draft.is_changed, draft.updated_by_id = True, actor_id
    draft.save(update_fields=["facts", "revision", "is_changed", "updated_at", "updated_by"])


def edit_facts(
    *, course: Course, changes: dict[str, Any], actor_id: Any, revision: int | None = None
) -> CourseDraft:
    """Changes some of the course's own fields. `PreconditionFailed` where `revision` is not the
    draft's any more; `PrerequisiteCycle` where courses would wait for one another."""
    with transaction.atomic():
        draft = locked(course)
        if revision is not None and revision != draft.revision:
            raise PreconditionFailed(current=draft.facts)
        if "prerequisites" in changes:
            prerequisites.check_courses(course.pk, changes["prerequisites"])
            changes = {**changes, "prerequisites": sorted(map(str, changes["prerequisites"]))}
        if draft.facts != {**draft.facts, **changes}:
            draft.facts = {**draft.facts, **changes}
            touch(draft, actor_id)
            _mirror(course, draft)
    return draft


def _mirror(course: Course, draft: CourseDraft) -> None:
    """Until it is published for the first time nobody but its author sees the course's row, which
    then says what the draft says."""
    own = {name: draft.facts[name] for name in FACTS if name in draft.facts}
    if Course.objects.filter(pk=course.pk, version=0).update(**own):
        course.refresh_from_db()


def discard_changes(*, course: Course, actor_id: Any) -> CourseDraft:
    """Back to what is published. Lessons' histories stay, so that nothing is lost for good."""
    with transaction.atomic():
        row = Course.objects.select_for_update(no_key=True).get(pk=course.pk)
        draft = locked(row)
        for lesson in LessonDraft.objects.filter(course=row):
            history.keep(lesson, Reason.DELETED, actor_id)
        LessonDraft.objects.filter(course=row).delete()
        SectionDraft.objects.filter(course=row).delete()
        draft.facts = _facts_of(row)
        touch(draft, actor_id)
        _outline_from_published(row)
        draft.is_changed = False
        draft.save(update_fields=["is_changed"])
        audit.record("course.draft-discarded", target=row, actor_id=actor_id)
    return draft
