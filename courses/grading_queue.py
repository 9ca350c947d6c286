"""What waits for a tutor over all courses: open answers, submissions, appeals."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from courses.models import Appeal, Attempt, Submission

MOST = 200


@dataclass(frozen=True)
class Waiting:
    kind: str
    id: UUID
    course: str
    lesson: str
    learner: str
    waiting_since: datetime


_LESSON = ("lesson__course__title", "lesson__title", "enrollment__user__display_name")
_ATTEMPT = tuple(f"answer__attempt__{name}" for name in _LESSON)


def waiting_for(user: Any) -> list[Waiting]:
    """Three queries, each by its partial index; at most `MOST` of each kind."""
    attempts = Attempt.objects.taught_by(user).filter(state=Attempt.State.PENDING_REVIEW)
    handed_in = Submission.objects.taught_by(user).filter(state=Submission.State.SUBMITTED)
    appeals = Appeal.objects.taught_by(user).filter(state=Appeal.State.OPEN)
    rows = [
        *_rows("attempt", attempts, *_LESSON, "submitted_at"),
        *_rows("submission", handed_in, *_LESSON, "submitted_at"),
        *_rows("appeal", appeals, *_ATTEMPT, "created_at"),
    ]
    return sorted(rows, key=lambda row: row.waiting_since)


def _rows(kind: str, found: QuerySet[Any], *names: str) -> list[Waiting]:
    rows = found.order_by(names[-1]).values_list("pk", *names)[:MOST]
    return [Waiting(kind, *row) for row in rows]
