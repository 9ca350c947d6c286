"""A new course with the content of another's draft."""

from typing import Any
from uuid import UUID

from django.db import transaction

from courses.models import Course, CourseFile
from courses.services import drafting, sources
from tutorme.core import audit


def duplicate(*, course: Course, author: Any, actor_id: UUID | None = None) -> Course:
    """A draft of `author`'s: lessons, quizzes and files, no learners and no versions. `actor_id`
    is who asks, where that is not the author."""
    with transaction.atomic():
        document = sources.document_for_files(course)
        made = drafting.create_course(author=author, facts=document["facts"])
        CourseFile.objects.bulk_create(
            CourseFile(course=made, name=row.name, draft_id=row.draft_id)
            for row in course.files.exclude(draft=None)
        )
        sources.load_draft(course=made, document=document, actor_id=author.pk)
        audit.record(
            "course.duplicated",
            target=made,
            actor_id=actor_id or author.pk,
            before={"of": str(course.pk)},
        )
    made.refresh_from_db()
    return made
