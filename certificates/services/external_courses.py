"""Courses that are taught on Graphy and certified here."""

from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import F
from django.db.models.functions import Now

from certificates.errors import ExternalCourseTaken
from certificates.models import ExternalCourse
from tutorme.core import audit
from tutorme.core.transactions import constraints

_TAKEN = {"certificates_externalcourse_external_id_key": ExternalCourseTaken}
FIELDS = ("external_id", "name", "instructor", "total_minutes", "version")


def create(*, facts: dict[str, Any], actor_id: UUID | None) -> ExternalCourse:
    row = ExternalCourse(**facts, created_by_id=actor_id)
    with constraints(_TAKEN), transaction.atomic():
        row.save(force_insert=True)
        audit.record("external_course.created", target=row, actor_id=actor_id, after=_said(row))
    return row


def edit(
    *, course: ExternalCourse, changes: dict[str, Any], actor_id: UUID | None
) -> ExternalCourse:
    """What was certified already keeps the name it had."""
    with constraints(_TAKEN), transaction.atomic():
        row = ExternalCourse.objects.select_for_update(no_key=True).get(pk=course.pk)
        before = _said(row)
        for name, value in changes.items():
            setattr(row, name, value)
        row.revision += 1
        row.save()
        audit.record(
            "external_course.edited",
            target=row,
            actor_id=actor_id,
            before=before,
            after=_said(row),
        )
    return row


@transaction.atomic
def remove(*, course: ExternalCourse, actor_id: UUID | None) -> bool:
    """Deletes one without learners, archives any other; True where it is gone."""
    row = ExternalCourse.objects.select_for_update().get(pk=course.pk)
    is_used = row.learners.exists() or row.imports.exists()
    action = "external_course.archived" if is_used else "external_course.deleted"
    audit.record(action, target=row, actor_id=actor_id, before=_said(row))
    if is_used:
        ExternalCourse.objects.filter(pk=row.pk).update(
            archived_at=Now(), revision=F("revision") + 1
        )
    else:
        row.delete()
    return not is_used


def _said(row: ExternalCourse) -> dict[str, Any]:
    template = str(row.template_id) if row.template_id else None
    return {**{name: getattr(row, name) for name in FIELDS}, "template": template}
