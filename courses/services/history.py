"""Before-images of lessons: whatever an edit does, the text before it can be brought back."""

from datetime import timedelta
from typing import Any

from django.utils import timezone

from courses.models import LessonDraft, LessonRevision
from courses.services import quiz_content

Reason = LessonRevision.Reason
# One sitting of typing is one entry; what it began with is what is kept.
_SITTING = timedelta(minutes=10)
_KEPT = 200


def keep(draft: LessonDraft, reason: Reason, actor_id: Any) -> LessonRevision:
    """Writes the lesson down as it is now. The caller changes it afterwards, in the same
    transaction, holding its row."""
    data = draft.data
    if draft.kind == "quiz":
        data = quiz_content.document(draft)
    kept = LessonRevision.objects.create(
        course_id=draft.course_id,
        lesson_id=draft.pk,
        revision=draft.revision,
        key=draft.key,
        title=draft.title,
        kind=draft.kind,
        body=draft.body,
        data=data,
        reason=reason,
        author_id=actor_id,
    )
    _thin(draft)
    return kept


def keep_before_autosave(draft: LessonDraft, actor_id: Any) -> None:
    """Once a sitting: what was there before this author began to type."""
    since = timezone.now() - _SITTING
    same = LessonRevision.objects.filter(
        lesson_id=draft.pk, author_id=actor_id, reason=Reason.AUTOSAVED, created_at__gt=since
    )
    if not same.exists():
        keep(draft, Reason.AUTOSAVED, actor_id)


def _thin(draft: LessonDraft) -> None:
    rows = LessonRevision.objects.filter(course_id=draft.course_id, lesson_id=draft.pk)
    old = rows.order_by("-id").values_list("pk", flat=True)[_KEPT:]
    LessonRevision.objects.filter(pk__in=list(old)).delete()
