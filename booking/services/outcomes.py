"""What became of lessons whose hour has come: decided by who was seen, by a sweep."""

from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from booking import attendance
from booking.attendance import Verdict
from booking.events import (
    AvailabilityChanged,
    BookingCompleted,
    BookingDisputed,
    BookingMissed,
    BookingStarted,
)
from booking.models import Booking, GroupSession, LessonDispute
from booking.services import changes, presence, reminders, settling, standing
from booking.walltime import Span
from payments.services import credits
from tutorme.core import outbox
from tutorme.core.money import Money

State = Booking.State


def judge_due(*, now: datetime | None = None, limit: int = 500) -> int:
    """Begins and ends what is due; safe beside itself. Returns how many moved."""
    now = now or timezone.now()
    standing_ = (State.CONFIRMED, State.IN_PROGRESS)
    begun = Booking.objects.filter(state__in=standing_, starts_at__lte=now).order_by("starts_at")
    moved = sum(_judge(pk, now) for pk in list(begun.values_list("pk", flat=True)[:limit]))
    GroupSession.objects.filter(state=GroupSession.State.OPEN, ends_at__lte=now).update(
        state=GroupSession.State.OVER
    )
    return moved


@transaction.atomic
def _judge(booking_id: UUID, now: datetime) -> bool:
    rows = Booking.objects.filter(pk=booking_id, state__in=(State.CONFIRMED, State.IN_PROGRESS))
    row = rows.select_for_update(of=("self",), no_key=True, skip_locked=True).first()
    if row is None or row.starts_at > now:
        return False
    moved = row.state == State.CONFIRMED
    if moved:
        row = _begin(row)
    found = attendance.verdict(
        Span(row.starts_at, row.ends_at),
        presence.marks(row, row.tutor_id),
        presence.marks(row, row.student_id),
        now=now,
        is_told=presence.is_told(row),
    )
    if found is None:
        return moved
    _OUTCOMES[found](row, now)
    outbox.record(AvailabilityChanged(row.tutor_id))
    return True


def _begin(row: Booking) -> Booking:
    row = changes.move(row, State.IN_PROGRESS)
    outbox.record(
        BookingStarted(row.pk, row.version, row.tutor_id, row.student_id),
        key=f"{BookingStarted.name}:{row.pk}",
    )
    return row


def _complete(row: Booking, now: datetime) -> None:
    row = changes.move(row, State.COMPLETED)
    settling.deliver(row)
    standing.recount(row.tutor_id)
    reminders.ask_for_review(row, now=now)
    outbox.record(
        BookingCompleted(row.pk, row.version, row.tutor_id, row.student_id),
        key=f"{BookingCompleted.name}:{row.pk}:{row.version}",
    )


def _student_away(row: Booking, _now: datetime) -> None:
    """The tutor waited: the lesson is charged."""
    row = changes.move(row, State.NO_SHOW_STUDENT, reason="not seen in the first quarter")
    settling.deliver(row)
    _missed(row, "student")


def _tutor_away(row: Booking, _now: datetime) -> None:
    """Everything goes back, with an apology of the house."""
    row = changes.move(row, State.NO_SHOW_TUTOR, reason="not seen in the first quarter")
    settling.give_back(row, percent=100, whole=True, version=row.version, as_credit=False)
    apology = Money(row.price_minor * settings.NO_SHOW_CREDIT_PER_MILLE // 1000, row.currency)
    if apology:
        credits.compensate(
            owner_id=row.student_id,
            amount=apology,
            reason="the tutor did not come",
            key=f"no-show:{row.pk}",
        )
    standing.recount(row.tutor_id)
    _missed(row, "tutor")


def _missed(row: Booking, who: str) -> None:
    outbox.record(
        BookingMissed(row.pk, row.version, row.tutor_id, row.student_id, who),
        key=f"{BookingMissed.name}:{row.pk}:{row.version}",
    )


def _nobody_seen(row: Booking, _now: datetime) -> None:
    """A person decides: they may have met where no room could see them."""
    _ask(row, LessonDispute.Reason.NOBODY_SEEN, "nobody was seen")


def _one_seen(row: Booking, _now: datetime) -> None:
    """A person decides: their room does not tell who is in it, and the other one may have gone
    there by another way than our door."""
    _ask(row, LessonDispute.Reason.ONE_SEEN, "one of the two was seen")


def _ask(row: Booking, why: LessonDispute.Reason, said: str) -> None:
    case = LessonDispute.objects.create(booking=row, reason=why, was=row.state)
    row = changes.move(row, State.DISPUTED, reason=said)
    outbox.record(
        BookingDisputed(row.pk, row.version, row.tutor_id, row.student_id, case.pk, None),
        key=f"{BookingDisputed.name}:{row.pk}:{row.version}",
    )


_OUTCOMES = {
    Verdict.HELD: _complete,
    Verdict.STUDENT_AWAY: _student_away,
    Verdict.TUTOR_AWAY: _tutor_away,
    Verdict.ONE_SEEN: _one_seen,
    Verdict.NOBODY_SEEN: _nobody_seen,
}
