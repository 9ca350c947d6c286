"""When the two do not agree on what became of a lesson: either of them says so within the window,
the tutor's share waits, an admin decides once."""

from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from accounts.models import User
from booking.errors import DisputeDecided, NotDisputable
from booking.events import BookingDisputed, BookingResolved
from booking.models import Booking, LessonDispute
from booking.services import changes, settling, standing
from tutorme.core import audit, outbox
from tutorme.core.errors import NotAllowed

State = Booking.State
Reason = LessonDispute.Reason
OPEN_TO = (State.COMPLETED, State.NO_SHOW_STUDENT, State.NO_SHOW_TUTOR)


def may_open(row: Booking, *, now: datetime) -> bool:
    return row.state in OPEN_TO and now <= row.ends_at + settings.DISPUTE_WINDOW


@transaction.atomic
def open_case(
    *, booking_id: UUID, by: User, reason: str, text: str = "", now: datetime | None = None
) -> LessonDispute:
    """`NotDisputable` where there is nothing to complain of, or no longer."""
    now = now or timezone.now()
    row = Booking.objects.select_for_update(of=("self",), no_key=True).get(pk=booking_id)
    if by.pk not in {row.tutor_id, row.student_id}:
        raise NotAllowed
    if not may_open(row, now=now):
        raise NotDisputable(state=row.state)
    case = LessonDispute.objects.create(
        booking=row, opened_by=by, reason=reason, text=text, was=row.state
    )
    row = changes.move(row, State.DISPUTED, actor_id=by.pk, reason=str(Reason(reason).label))
    settling.freeze(row, f"dispute {case.pk}")
    standing.recount(row.tutor_id)
    outbox.record(
        BookingDisputed(row.pk, row.version, row.tutor_id, row.student_id, case.pk, by.pk),
        actor_id=by.pk,
        key=f"{BookingDisputed.name}:{row.pk}:{row.version}",
    )
    return case


@transaction.atomic
def decide(*, dispute_id: UUID, actor: User, percent: int, text: str) -> LessonDispute:
    """The student gets `percent` of the price back, the tutor the rest; once. A lesson of a
    package goes back into it, or does not: there is nothing in between. `DisputeDecided`."""
    case = LessonDispute.objects.select_for_update(of=("self",)).get(pk=dispute_id)
    if case.state != LessonDispute.State.OPEN:
        raise DisputeDecided
    row = Booking.objects.select_for_update(of=("self",), no_key=True).get(pk=case.booking_id)
    if actor.pk in {row.tutor_id, row.student_id}:
        raise NotAllowed
    case.state, case.refund_percent, case.decision = LessonDispute.State.DECIDED, percent, text
    case.decided_by, case.decided_at = actor, timezone.now()
    case.save()
    row = changes.move(row, State.RESOLVED, actor_id=actor.pk, reason=text)
    settling.thaw(row)
    if case.was != State.NO_SHOW_TUTOR:
        settling.give_back(
            row, percent=percent, whole=percent == 100, version=row.version, as_credit=False
        )
    standing.recount(row.tutor_id)
    _tell(case, row, actor)
    return case


def _tell(case: LessonDispute, row: Booking, actor: User) -> None:
    percent = case.refund_percent or 0
    audit.record(
        "lesson_dispute.decided",
        target=case,
        actor_id=actor.pk,
        after={"refund_percent": percent},
        reason=case.decision,
    )
    outbox.record(
        BookingResolved(row.pk, row.version, row.tutor_id, row.student_id, case.pk, percent),
        actor_id=actor.pk,
        key=f"{BookingResolved.name}:{row.pk}:{row.version}",
    )
