"""Another time for the same lesson: on its own row, with the same link and invitation, one version
further. Its student moves it while that costs nothing; whoever else would like to needs the
other's word."""

from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from booking.errors import BookingOver, ProposalOver, SlotTaken
from booking.events import BookingMoved, MoveDeclined, MoveProposed
from booking.models import Booking, MoveProposal
from booking.services import cancelling, changes, holding, live, reminders
from booking.slots import Diary
from booking.walltime import Span
from tutorme.core import audit, outbox
from tutorme.core.errors import InvalidInput, NotAllowed
from tutorme.core.transactions import constraints

State = Booking.State
Step = MoveProposal.State
ANSWER = timedelta(hours=48)


def reschedule(
    *, booking_id: UUID, by: User, start: datetime, now: datetime | None = None
) -> Booking:
    """By its student, within the notice that gives everything back, to a time that is offered."""
    live.look(_kind(booking_id), start)
    now = now or timezone.now()
    with constraints(holding.CLASHES), transaction.atomic():
        row = _movable(booking_id, by, now)
        if by.pk != row.student_id:
            raise NotAllowed
        if cancelling.preview(row, by=by, now=now).percent < 100:
            raise BookingOver("It is too late to move this lesson.", state=row.state)
        diary = _diary(row, start, now)
        holding.accept(diary, start, row.minutes)
        return _move(row, diary, start, by=by, now=now)


def move_for_both(
    *, booking_id: UUID, by: User, start: datetime, reason: str, now: datetime | None = None
) -> Booking:
    """By an admin, to any time that is free in both diaries; it costs neither anything. Nobody
    decides about a lesson of their own."""
    live.look(_kind(booking_id), start)
    now = now or timezone.now()
    with constraints(holding.CLASHES), transaction.atomic():
        row = _standing(holding.locked(booking_id), now)
        if by.pk in {row.tutor_id, row.student_id}:
            raise NotAllowed
        diary, was_at = _diary(row, start, now), row.starts_at
        _free(row, diary, start, now)
        row = _move(row, diary, start, by=by, now=now, reason=reason)
        audit.record(
            "booking.moved",
            target=row,
            actor_id=by.pk,
            before={"starts_at": was_at.isoformat()},
            after={"starts_at": start.isoformat()},
            reason=reason,
        )
        return row


def propose(
    *, booking_id: UUID, by: User, start: datetime, note: str = "", now: datetime | None = None
) -> MoveProposal | Booking:
    """Asks the other one. A tutor may name any time that is free in both diaries, a student one of
    those offered; a lesson nobody paid for is moved by its tutor at once. A newer proposal
    replaces one's older."""
    live.look(_kind(booking_id), start)
    now = now or timezone.now()
    with constraints(holding.CLASHES), transaction.atomic():
        row = _movable(booking_id, by, now)
        diary = _diary(row, start, now)
        _free(row, diary, start, now)
        if by.pk == row.student_id:
            holding.accept(diary, start, row.minutes)
        if by.pk == row.tutor_id and not row.price_minor:
            return _move(row, diary, start, by=by, now=now)
        _replace(row, by, now)
        made = MoveProposal.objects.create(
            booking=row,
            proposed_by=by,
            starts_at=start,
            ends_at=start + (row.ends_at - row.starts_at),
            note=note,
            expires_at=min(now + ANSWER, start, row.starts_at),
        )
        outbox.record(
            MoveProposed(row.pk, row.version, row.tutor_id, row.student_id, made.pk, by.pk),
            actor_id=by.pk,
            key=f"{MoveProposed.name}:{made.pk}",
        )
        return made


def answer(
    *, proposal_id: UUID, by: User, accept: bool, now: datetime | None = None
) -> MoveProposal:
    """The other one's word; whoever proposed takes it back by declining. `ProposalOver` where it
    is answered, or the lesson is no longer what it was about."""
    asked = MoveProposal.objects.values_list("booking_id", "starts_at")
    booking_id, start = asked.get(pk=proposal_id)
    if accept:
        live.look(_kind(booking_id), start)
    now = now or timezone.now()
    with constraints(holding.CLASHES), transaction.atomic():
        row = _movable(booking_id, by, now)
        made = MoveProposal.objects.select_for_update(of=("self",)).get(pk=proposal_id)
        if made.state != Step.OPEN or made.expires_at <= now:
            raise ProposalOver
        own = by.pk == made.proposed_by_id
        if own and accept:
            raise NotAllowed
        if accept:
            diary = _diary(row, made.starts_at, now)
            _free(row, diary, made.starts_at, now)
            _move(row, diary, made.starts_at, by=by, now=now)
        else:
            _say_no(made, row, by)
        made.state = Step.ACCEPTED if accept else Step.WITHDRAWN if own else Step.DECLINED
        made.answered_at = now
        made.save(update_fields=["state", "answered_at"])
        return made


def _kind(booking_id: UUID) -> UUID:
    kinds = Booking.objects.values_list("lesson_type_id", flat=True)
    return kinds.get(pk=booking_id)


def open_proposal(row: Booking, *, now: datetime | None = None) -> MoveProposal | None:
    live = row.proposals.filter(state=Step.OPEN, expires_at__gt=now or timezone.now())
    return live.select_related("proposed_by").first()


def _movable(booking_id: UUID, by: User, now: datetime) -> Booking:
    row = holding.locked(booking_id)
    if by.pk not in {row.tutor_id, row.student_id}:
        raise NotAllowed
    return _standing(row, now)


def _standing(row: Booking, now: datetime) -> Booking:
    if row.state != State.CONFIRMED or row.starts_at <= now:
        raise BookingOver(state=row.state)
    if row.group_id is not None:
        raise BookingOver("A lesson of several is not moved for one of them.", state=row.state)
    return row


def _diary(row: Booking, start: datetime, now: datetime) -> Diary:
    """The tutor's, as if this lesson were not in it."""
    holding.release_lapsed([row.tutor_id, row.student_id], now=now)
    span = Span(start, start + timedelta(minutes=row.minutes))
    return holding.diary_of(row.tutor_id, span, now=now, without=row.pk)[1]


def _free(row: Booking, diary: Diary, start: datetime, now: datetime) -> None:
    """In both diaries, and ahead."""
    if start <= now:
        raise _invalid("This time has passed.")
    if start == row.starts_at:
        raise _invalid("It is at this time already.")
    if diary.is_taken(start, minutes=row.minutes):
        raise SlotTaken
    others = Booking.objects.filter(student_id=row.student_id).exclude(pk=row.pk)
    holding.not_busy(others, Span(start, start + timedelta(minutes=row.minutes)))


def _invalid(detail: str) -> InvalidInput:
    return InvalidInput(errors=[{"pointer": "/start", "code": "invalid", "detail": detail}])


def _move(
    row: Booking, diary: Diary, start: datetime, *, by: User, now: datetime, reason: str = ""
) -> Booking:
    was_at, blocked = row.starts_at, diary.blocked(start, minutes=row.minutes)
    row = changes.shift(
        row,
        actor_id=by.pk,
        reason=reason,
        starts_at=start,
        ends_at=start + (row.ends_at - row.starts_at),
        blocked_from=blocked.start,
        blocked_until=blocked.end,
        on=diary.date_of(start),
    )
    reminders.plan(row, now=now)
    moved = BookingMoved(row.pk, row.version, row.tutor_id, row.student_id, was_at)
    cancelling.tell(row, moved, by.pk)
    return row


def _replace(row: Booking, by: User, now: datetime) -> None:
    """One proposal stands at a time; the other's has to be answered first."""
    standing = row.proposals.select_for_update(of=("self",)).filter(state=Step.OPEN).first()
    if standing is None:
        return
    if standing.expires_at > now and standing.proposed_by_id != by.pk:
        raise ProposalOver("Answer the other proposal first.")
    standing.state = Step.WITHDRAWN if standing.expires_at > now else Step.EXPIRED
    standing.answered_at = now
    standing.save(update_fields=["state", "answered_at"])


def _say_no(made: MoveProposal, row: Booking, by: User) -> None:
    if by.pk == made.proposed_by_id:
        return
    outbox.record(
        MoveDeclined(
            row.pk, row.version, row.tutor_id, row.student_id, made.pk, made.proposed_by_id
        ),
        actor_id=by.pk,
        key=f"{MoveDeclined.name}:{made.pk}",
    )
