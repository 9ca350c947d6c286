"""Saving a lesson's text: on the revision it was made from, with what was there before kept."""

from typing import Any

from django.db import transaction

from courses import lesson_data
from courses.errors import LessonChanged, ShrinkRefused
from courses.models import (
    CONTENT,
    CourseDraft,
    LessonDraft,
    LessonKind,
    LessonRevision,
)
from courses.services import drafting, history, outlining, prerequisites, quiz_content
from tutorme.core.errors import NotFound

Reason = LessonRevision.Reason
# Autosave may take away half of a text, not more; what is shorter than a paragraph it may clear.
_SHORT = 200


def save_lesson(
    *,
    lesson: LessonDraft,
    changes: dict[str, Any],
    actor_id: Any,
    revision: int | None = None,
    autosave: bool = False,
) -> LessonDraft:
    """Changes some of `CONTENT`, `is_held_back` and `prerequisites`. `LessonChanged` where
    `revision` is not the lesson's any more, `ShrinkRefused` where autosave would take most of the
    text away, `PrerequisiteCycle` where lessons would wait for one another. Saving what is there
    already changes nothing."""
    with transaction.atomic():
        drafting.locked(lesson.course)
        row = _locked(lesson)
        if revision is not None and revision != row.revision:
            raise LessonChanged(current=as_json(row))
        _apply(row, dict(changes), actor_id, autosave=autosave)
    return row


def _locked(lesson: LessonDraft) -> LessonDraft:
    rows = LessonDraft.objects.select_for_update(of=("self",), no_key=True)
    row = rows.select_related("course", "section").filter(pk=lesson.pk).first()
    if row is None:
        raise NotFound
    return row


def _apply(row: LessonDraft, changes: dict[str, Any], actor_id: Any, *, autosave: bool) -> None:
    required = changes.pop("prerequisites", None)
    moved = required is not None and prerequisites.set_for_lesson(row, required)
    if "data" in changes or "kind" in changes:
        kind = changes.get("kind", row.kind)
        changes["data"] = lesson_data.cleaned(kind, changes.get("data", row.data))
    new = {name: value for name, value in changes.items() if getattr(row, name) != value}
    if not new and not moved:
        return
    if autosave:
        _refuse_shrinking(row, new)
    if {"title", "body", "data", "kind"} & set(new):
        _keep(row, actor_id, autosave=autosave)
    for name, value in new.items():
        setattr(row, name, value)
    row.revision += 1
    row.updated_by_id = actor_id
    row.save(update_fields=[*new, "revision", "updated_at", "updated_by"])
    CourseDraft.objects.filter(pk=row.course_id).update(is_changed=True)


def _refuse_shrinking(row: LessonDraft, new: dict[str, Any]) -> None:
    before, after = len(row.body), len(new.get("body", row.body))
    if before > _SHORT and after * 2 < before:
        raise ShrinkRefused(before=before, after=after)


def _keep(row: LessonDraft, actor_id: Any, *, autosave: bool) -> None:
    if autosave:
        history.keep_before_autosave(row, actor_id)
    else:
        history.keep(row, Reason.EDITED, actor_id)


def as_json(row: LessonDraft) -> dict[str, Any]:
    """The draft as its author reads it."""
    return {
        "id": str(row.pk),
        "course": str(row.course_id),
        "section": str(row.section_id),
        "key": row.key,
        "position": row.position,
        **{name: getattr(row, name) for name in CONTENT},
        "is_held_back": row.is_held_back,
        "prerequisites": sorted(map(str, row.required_rows.values_list("requires_id", flat=True))),
        "revision": row.revision,
        "updated_at": row.updated_at,
    }


def restore(*, kept: LessonRevision, actor_id: Any) -> LessonDraft:
    """The lesson as it was then, again; what it is now is kept in its turn. A deleted one comes
    back with its id and its key, at the end."""
    with transaction.atomic():
        drafting.locked(kept.course)
        row = LessonDraft.objects.filter(pk=kept.lesson_id).first()
        if row is None:
            row = _revived(kept, actor_id)
        else:
            row = _locked(row)
            history.keep(row, Reason.RESTORED, actor_id)
        row.title, row.body, row.kind = kept.title, kept.body, kept.kind
        row.data = kept.data if kept.kind != LessonKind.QUIZ else row.data
        row.revision += 1
        row.updated_by_id = actor_id
        row.save()
        if kept.kind == LessonKind.QUIZ:
            quiz_content.load(row, kept.data)
        drafting.touch(CourseDraft.objects.get(pk=kept.course_id), actor_id)
    return row


def _revived(kept: LessonRevision, actor_id: Any) -> LessonDraft:
    return LessonDraft.objects.create(
        id=kept.lesson_id,
        course=kept.course,
        section=outlining.last_section(kept.course),
        key=kept.key,
        position=outlining.next_position(kept.course),
        revision=kept.revision,
        title=kept.title,
        kind=kept.kind,
        updated_by_id=actor_id,
    )
