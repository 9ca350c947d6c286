"""Going through what an attempt lost points on: a review, which counts for the day."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils import timezone

from courses.errors import ReviewClosed
from courses.models import Activity, Attempt
from courses.services import marking, motivation
from tutorme.core.errors import NotFound


def lost_something(attempt: Attempt) -> bool:
    return attempt.score is not None and attempt.score < attempt.max_score


def is_gone_over(attempt: Attempt) -> bool:
    return Activity.objects.filter(kind=Activity.Kind.REVIEW, object_id=attempt.pk).exists()


def finish(*, user: Any, attempt_id: UUID, now: datetime | None = None) -> bool:
    """Once an attempt; says whether it was new. `ReviewClosed` while its answers are not shown, or
    where there is nothing to go through. In one's own course it counts for nothing."""
    rows = Attempt.objects.visible_to(user).select_related("lesson__quiz", "lesson__course")
    row = rows.defer("lesson__body").filter(pk=attempt_id).first()
    if row is None:
        raise NotFound
    moment = now or timezone.now()
    if not marking.may_review(row, moment) or not lost_something(row):
        raise ReviewClosed
    if row.lesson.course.instructor_id == user.pk:
        return False
    kind = Activity.Kind.REVIEW
    return motivation.did(user_id=user.pk, kind=kind, object_id=row.pk, at=moment)
