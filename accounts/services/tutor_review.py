"""How somebody becomes a tutor: an application with everything it needs, and a decision with a
reason by somebody else. Decisions name the version that was looked at."""

from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models.functions import Now

from accounts.errors import ApplicationIncomplete, NotYoursToDecide, ReviewDecided, ReviewOutdated
from accounts.events import PaperAsked, TutorReviewed, TutorSubmitted
from accounts.models import TutorProfile, TutorReview, User
from accounts.queries import checklist
from accounts.services import tutor_profile
from tutorme.core import audit, outbox
from tutorme.core.errors import InvalidInput, NotFound
from tutorme.core.ids import uuid7
from tutorme.core.models import AuditEntry

State = TutorProfile.State
Review = TutorReview.State


def submit(*, user: User) -> TutorProfile:
    """Sends a draft, or one that was sent back, to the site. `ApplicationIncomplete` names what
    is missing; sending what is already sent changes nothing."""
    with transaction.atomic():
        profile = tutor_profile.locked(user)
        if profile.state in {State.SUBMITTED, State.APPROVED}:
            return profile
        missing = [row.key for row in checklist.of(profile) if row.is_required and not row.is_done]
        if missing:
            raise ApplicationIncomplete(missing=missing)
        TutorProfile.objects.filter(pk=profile.pk).update(state=State.SUBMITTED)
        review = TutorReview(profile=profile, kind=TutorReview.Kind.APPLICATION)
        review.save(force_insert=True)
        tutor_profile.touched(profile)
        outbox.record(TutorSubmitted(review.pk, profile.pk), actor_id=user.pk)
        audit.record("tutor.submitted", target=profile, actor_id=user.pk)
    return profile


def decide(
    *, review_id: UUID, actor: User, approve: bool, version: int, reason: str = ""
) -> TutorReview:
    """Approves, or sends back with a reason. Nobody decides about themselves, about a version
    they have not seen, or twice."""
    with transaction.atomic():
        review, profile = _open_review(review_id)
        if profile.pk == actor.pk:
            raise NotYoursToDecide
        if profile.version != version:
            raise ReviewOutdated
        if not approve and not reason.strip():
            raise InvalidInput(errors=[_no_reason()])
        _settle(review, profile, actor, approve=approve, reason=reason.strip())
        tutor_profile.touched(profile)
        outbox.record(TutorReviewed(review.pk, profile.pk, review.kind, approve), actor_id=actor.pk)
        audit.record(
            f"tutor.{review.kind}_{'approved' if approve else 'rejected'}",
            target=profile,
            actor_id=actor.pk,
            after={"review": str(review.pk), "version": version},
            reason=reason.strip(),
        )
    return review


def ask_for_paper(*, review_id: UUID, actor: User, wanted: str) -> None:
    """Asks the tutor for something to see; what waits goes on waiting. A paper that is added makes
    another version, which a decision then names."""
    if not wanted.strip():
        raise InvalidInput(errors=[_no_reason()])
    with transaction.atomic():
        review, profile = _open_review(review_id)
        if profile.pk == actor.pk:
            raise NotYoursToDecide
        asked = PaperAsked(review.pk, profile.pk, wanted.strip(), uuid7())
        outbox.record(asked, actor_id=actor.pk)
        audit.record(
            "tutor.paper_asked",
            target=review,
            actor_id=actor.pk,
            reason=wanted.strip(),
        )


def papers_asked_of(review: TutorReview) -> list[AuditEntry]:
    """What was asked for so far, by whom and when; the trail remembers it."""
    label = review._meta.label_lower
    rows = AuditEntry.objects.filter(
        action="tutor.paper_asked", target_type=label, target_id=str(review.pk)
    )
    return list(rows.select_related("actor").order_by("pk"))


def _no_reason() -> dict[str, str]:
    return {
        "pointer": "/reason",
        "code": "required",
        "detail": "Say why, so that it can be mended.",
    }


def _open_review(review_id: UUID) -> tuple[TutorReview, TutorProfile]:
    found = TutorReview.objects.filter(pk=review_id).select_related("profile__user").first()
    if found is None:
        raise NotFound
    profile = tutor_profile.locked(found.profile.user)
    review: TutorReview = TutorReview.objects.select_for_update().get(pk=review_id)
    if review.state != Review.OPEN:
        raise ReviewDecided
    return review, profile


def _settle(
    review: TutorReview, profile: TutorProfile, actor: User, *, approve: bool, reason: str
) -> None:
    review.state = Review.APPROVED if approve else Review.REJECTED
    review.reason, review.decided_by = reason, actor
    review.decided_at = Now()
    review.save(update_fields=["state", "reason", "decided_by", "decided_at"])
    if review.kind == TutorReview.Kind.CHANGE:
        if approve:
            tutor_profile.apply(profile, tutor_profile.wanted_of(review))
        return
    changes: dict[str, Any] = {"state": State.APPROVED if approve else State.REJECTED}
    if approve:
        changes["approved_at"] = Now()
    TutorProfile.objects.filter(pk=profile.pk).update(**changes)


def withdraw_approval(*, profile: TutorProfile, actor: User, reason: str) -> None:
    """Takes a tutor off the site; they can mend what was wrong and apply again."""
    if not reason.strip():
        raise InvalidInput(errors=[_no_reason()])
    with transaction.atomic():
        row = tutor_profile.locked(profile.user)
        if row.state != State.APPROVED:
            raise ReviewDecided
        TutorReview.objects.filter(profile=row, state=Review.OPEN).update(state=Review.WITHDRAWN)
        review = TutorReview(
            profile=row,
            kind=TutorReview.Kind.APPLICATION,
            state=Review.REJECTED,
            reason=reason.strip(),
            decided_by=actor,
        )
        review.save(force_insert=True)
        TutorReview.objects.filter(pk=review.pk).update(decided_at=Now())
        TutorProfile.objects.filter(pk=row.pk).update(state=State.REJECTED)
        tutor_profile.touched(row)
        event = TutorReviewed(review.pk, row.pk, review.kind, approved=False)
        outbox.record(event, actor_id=actor.pk)
        audit.record(
            "tutor.approval_withdrawn", target=row, actor_id=actor.pk, reason=reason.strip()
        )


def give_badge(*, profile: TutorProfile, badge: str, actor: User, reason: str) -> None:
    """For papers somebody has seen; the reason says which."""
    assert badge in TutorProfile.Badge.values
    with transaction.atomic():
        row = tutor_profile.locked(profile.user)
        TutorProfile.objects.filter(pk=row.pk).update(badge=badge)
        tutor_profile.touched(row)
        audit.record(
            "tutor.badge_given",
            target=row,
            actor_id=actor.pk,
            before={"badge": row.badge},
            after={"badge": badge},
            reason=reason,
        )
