"""Where the site wants to see a course before learners do: hand in, look at, decide once."""

from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from courses import documents
from courses.errors import CourseNotReady, DraftMovedOn, ReviewDecided, ReviewPending
from courses.events import CourseReviewed, CourseSubmitted
from courses.models import Course, CourseReview
from courses.services import checklist, drafting, publishing
from tutorme.core import audit, outbox

State = CourseReview.State


def is_needed(author: Any) -> bool:
    """Staff publish their own word; others as the site's setting says."""
    return bool(settings.COURSE_REVIEW_REQUIRED) and not author.is_admin


def release(
    *, course: Course, actor: Any, note: str = "", is_breaking: bool = False
) -> CourseReview | None:
    """Publishes, or hands in for review where that is asked for: then the review is returned."""
    if is_needed(actor):
        return submit(course=course, actor_id=actor.pk, note=note, is_breaking=is_breaking)
    publishing.publish(course=course, actor_id=actor.pk, note=note, is_breaking=is_breaking)
    return None


def submit(
    *, course: Course, actor_id: Any, note: str = "", is_breaking: bool = False
) -> CourseReview:
    """The draft as it is now. `ReviewPending` while another waits, `CourseNotReady` while anything
    is missing."""
    with transaction.atomic():
        row = Course.objects.select_for_update(no_key=True).get(pk=course.pk)
        drafting.locked(row)
        if row.reviews.filter(state=State.SUBMITTED).exists():
            raise ReviewPending
        if missing := checklist.missing(row):
            raise CourseNotReady.of(missing)
        review = CourseReview.objects.create(
            course=row,
            snapshot=publishing.document_of(row),
            note=note,
            is_breaking=is_breaking,
            submitted_by_id=actor_id,
        )
        outbox.record(CourseSubmitted(review.pk, row.pk), actor_id=actor_id)
    review.refresh_from_db()
    return review


def withdraw(*, review: CourseReview, actor_id: Any) -> CourseReview:
    with transaction.atomic():
        return _decide(review, State.WITHDRAWN, actor_id, "")


def approve(*, review: CourseReview, actor_id: Any) -> CourseReview:
    """Publishes what was handed in. `DraftMovedOn` where the draft is not that any more."""
    with transaction.atomic():
        row = Course.objects.select_for_update(no_key=True).get(pk=review.course_id)
        drafting.locked(row)
        decided = _decide(review, State.APPROVED, actor_id, "")
        now = publishing.document_of(row)
        if documents.fingerprint(now) != documents.fingerprint(decided.snapshot):
            raise DraftMovedOn
        publishing.publish(
            course=row, actor_id=actor_id, note=decided.note, is_breaking=decided.is_breaking
        )
        outbox.record(CourseReviewed(decided.pk, row.pk, approved=True), actor_id=actor_id)
    return decided


def reject(*, review: CourseReview, actor_id: Any, reason: str) -> CourseReview:
    """The author is told `reason`, and goes on with the draft."""
    with transaction.atomic():
        decided = _decide(review, State.REJECTED, actor_id, reason)
        outbox.record(
            CourseReviewed(decided.pk, decided.course_id, approved=False), actor_id=actor_id
        )
    return decided


def _decide(review: CourseReview, state: str, actor_id: Any, reason: str) -> CourseReview:
    """Once: whoever is second finds it decided."""
    if not CourseReview.objects.filter(pk=review.pk, state=State.SUBMITTED).update(
        state=state, decided_by=actor_id, decided_at=timezone.now(), reason=reason
    ):
        raise ReviewDecided
    audit.record(f"course.review-{state}", target=review.course, actor_id=actor_id, reason=reason)
    review.refresh_from_db()
    return review
