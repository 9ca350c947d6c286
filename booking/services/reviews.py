"""What students say of their tutors, after lessons that were held."""

from uuid import UUID

from django.db import transaction
from django.db.models.functions import Now
from django.utils import timezone

from accounts.models import User
from booking.errors import NotReviewable, ReviewDecided
from booking.events import (
    TutorReviewAnswered,
    TutorReviewModerated,
    TutorReviewReported,
    TutorReviewWritten,
)
from booking.models import Booking, LessonReview, ReviewReport
from booking.services import standing
from tutorme.core import audit, outbox
from tutorme.core.errors import NotAllowed
from tutorme.core.ids import uuid7


def held_lesson(student_id: UUID, tutor_id: UUID) -> Booking | None:
    """The last lesson the two had."""
    held = Booking.objects.filter(
        student_id=student_id, tutor_id=tutor_id, state=Booking.State.COMPLETED
    )
    return held.order_by("-starts_at").first()


@transaction.atomic
def write(*, student: User, tutor_id: UUID, stars: int, text: str) -> tuple[LessonReview, bool]:
    """The one review of this student, or changes it; says whether it is new. `NotReviewable`
    without a lesson that was held."""
    lesson = held_lesson(student.pk, tutor_id)
    if lesson is None:
        raise NotReviewable
    fresh = LessonReview(tutor_id=tutor_id, student=student, booking=lesson, stars=stars, text=text)
    LessonReview.objects.bulk_create([fresh], ignore_conflicts=True)
    row = _locked(tutor_id=tutor_id, student=student)
    is_new = row.pk == fresh.pk
    if not is_new:
        row.stars, row.text, row.booking = stars, text, lesson
        row.save(update_fields=["stars", "text", "booking", "updated_at"])
    standing.recount(tutor_id)
    outbox.record(
        TutorReviewWritten(row.pk, tutor_id, student.pk),
        actor_id=student.pk,
        key=f"{TutorReviewWritten.name}:{row.pk}",
    )
    return row, is_new


def _locked(**which: object) -> LessonReview:
    row: LessonReview = LessonReview.objects.select_for_update(of=("self",), no_key=True).get(
        **which
    )
    return row


@transaction.atomic
def withdraw(*, review_id: UUID, student: User) -> None:
    row = _locked(pk=review_id)
    if row.student_id != student.pk:
        raise NotAllowed
    row.delete()
    standing.recount(row.tutor_id)


@transaction.atomic
def reply(*, review_id: UUID, tutor: User, text: str) -> LessonReview:
    """The tutor's one public answer; an empty text takes it back."""
    row = _locked(pk=review_id)
    if row.tutor_id != tutor.pk:
        raise NotAllowed
    row.reply, row.replied_at = text, timezone.now() if text else None
    row.save(update_fields=["reply", "replied_at"])
    if text:
        outbox.record(
            TutorReviewAnswered(row.pk, row.tutor_id, row.student_id),
            actor_id=tutor.pk,
            key=f"{TutorReviewAnswered.name}:{row.pk}",
        )
    return row


@transaction.atomic
def report(*, review: LessonReview, reporter: User, reason: str) -> None:
    """Puts it before a moderator; saying so twice changes nothing."""
    row = ReviewReport(review=review, reporter=reporter, reason=reason)
    ReviewReport.objects.bulk_create([row], ignore_conflicts=True)
    if ReviewReport.objects.filter(pk=row.pk).exists():
        outbox.record(TutorReviewReported(row.pk), actor_id=reporter.pk)


@transaction.atomic
def hide(
    *, review_id: UUID, hidden: bool, actor_id: UUID, reason: str = "", noted: str = ""
) -> LessonReview:
    """A hidden review leaves the figures, one that is shown again comes back. Its author and the
    tutor read the `reason`; what is `noted` for the trail alone they do not."""
    row = _locked(pk=review_id)
    if row.is_hidden != hidden:
        row.is_hidden = hidden
        row.save(update_fields=["is_hidden"])
        standing.recount(row.tutor_id)
        word = "tutor_review.hidden" if hidden else "tutor_review.shown"
        audit.record(word, target=row, actor_id=actor_id, reason=reason or noted)
        outbox.record(TutorReviewModerated(row.pk, hidden, reason, uuid7()), actor_id=actor_id)
    return row


@transaction.atomic
def decide(*, report_id: UUID, hidden: bool, actor_id: UUID) -> None:
    """Once; every open report on the same review is answered with it. `ReviewDecided`."""
    found = ReviewReport.objects.get(pk=report_id)
    state = ReviewReport.State.HIDDEN if hidden else ReviewReport.State.KEPT
    same = ReviewReport.objects.filter(review=found.review_id, state=ReviewReport.State.OPEN)
    if not same.update(state=state, decided_at=Now()):
        raise ReviewDecided
    hide(review_id=found.review_id, hidden=hidden, actor_id=actor_id, noted=found.reason[:200])
