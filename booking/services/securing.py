"""A held time while money moves. It is made sure of before anybody is charged, kept for as long as
the provider says neither yes nor no, and looked at once more when the money is here; where it is
gone then, all of the money goes back.

    approved → the calendars are looked into → the hold lasts on → money is asked for
    captured → the calendars are looked into → the lesson stands, or everything is given back
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from booking.errors import BookingOver, SlotTaken, StudentBusy
from booking.events import BookingExpired, BookingLost
from booking.models import Booking, BookingChange, Schedule
from booking.querysets import MOVING, money_moves
from booking.services import changes, holding, live, paying, series, settling
from booking.services.confirming import tell
from payments.models import Order, OrderTransition, Refund
from tutorme.core import jobs, outbox
from tutorme.core.transactions import constraints, outside_transaction

State = Booking.State
UNPAID = (State.HELD, State.PENDING_PAYMENT)
CONFIRM = "booking.paid"
KINDS = (paying.KIND, series.KIND)
# How long a call that asks for money may take, and two sweeps more.
_CAPTURING = timedelta(minutes=2)
# What is paid for and stands nowhere after that has lost its job.
_LOST_AFTER = timedelta(minutes=2)
_REFUSALS = (BookingOver, SlotTaken, StudentBusy)
_PAID = (Order.State.CAPTURED, Order.State.PARTIALLY_REFUNDED, Order.State.DISPUTED)
_MOST = 200


def lessons_of(kind: str, target_id: UUID) -> list[UUID]:
    """Of an order, in the order in which their rows are locked."""
    if kind == paying.KIND:
        return [target_id]
    rows = Booking.objects.filter(series_id=target_id)
    return list(rows.order_by("pk").values_list("pk", flat=True))


@outside_transaction
def secure(booking_ids: Sequence[UUID], *, now: datetime | None = None) -> None:
    """Before money is asked for. A hold that ran out is taken up again where its time is free.
    Raises what stands against it; then the hold is let go, and its student hears of it."""
    _look(booking_ids)
    now = now or timezone.now()
    try:
        with constraints(holding.CLASHES), transaction.atomic():
            for booking_id in booking_ids:
                _secure(holding.locked(booking_id), now)
    except _REFUSALS:
        _lose(booking_ids, order_id=None)
        raise


def _look(booking_ids: Sequence[UUID]) -> None:
    rows = Booking.objects.filter(pk__in=booking_ids).order_by("starts_at")
    if found := list(rows.values_list("lesson_type_id", "starts_at")):
        live.look(found[0][0], found[0][1], found[-1][1])


def _secure(row: Booking, now: datetime) -> None:
    row = holding.payable(row, now)
    ends = min(max(row.expires_at or now, now + _CAPTURING), row.starts_at)
    _keep(row, ends, "money is asked for")


def _keep(row: Booking, ends: datetime, reason: str) -> None:
    if row.state == State.HELD:
        changes.move(row, State.PENDING_PAYMENT, reason=reason, expires_at=ends)
    else:
        same = Booking.objects.filter(pk=row.pk, state=row.state, version=row.version)
        same.update(expires_at=ends)


@transaction.atomic
def _lose(booking_ids: Sequence[UUID], *, order_id: UUID | None) -> None:
    """Its student hears that the time is gone; once for each order, or each hold."""
    for booking_id in booking_ids:
        row = holding.locked(booking_id)
        if row.state in UNPAID:
            row = changes.move(row, State.EXPIRED, reason="its time is gone", expires_at=None)
            tell(row, BookingExpired)
    lost = BookingLost(
        row.pk, row.version, row.tutor_id, row.student_id, was_paid=order_id is not None
    )
    outbox.record(lost, key=f"{lost.name}:{row.pk}:{order_id or row.version}")


def want(order_id: UUID) -> None:
    """Notes down that money came, in the caller's transaction."""
    jobs.enqueue(CONFIRM, key=f"{CONFIRM}:{order_id}", args={"order_id": str(order_id)})


@outside_transaction
def confirm(order_id: UUID) -> None:
    """The money is here: the lessons stand, or all of it goes back. Safe to repeat."""
    order = Order.objects.get(pk=order_id)
    ids = lessons_of(order.kind, order.target_id)
    if not Booking.objects.filter(pk__in=ids).exclude(order=order).exists():
        return
    _look(ids)
    try:
        if order.kind == paying.KIND:
            holding.pay(booking_id=order.target_id, order_id=order.pk)
        else:
            series.pay(series_id=order.target_id, order_id=order.pk)
    except _REFUSALS:
        _give_back(order, ids)


@transaction.atomic
def _give_back(order: Order, booking_ids: Sequence[UUID]) -> None:
    _lose(booking_ids, order_id=order.pk)
    for booking_id in booking_ids:
        settling.refund(order.pk, booking_id, percent=100, version=0)


def keep_what_is_being_paid(*, now: datetime | None = None) -> int:
    """A hold does not run out under a payment: as long as the provider does not say whether money
    moved, and no longer than a lesson can be booked at all. Returns how many were kept."""
    now = now or timezone.now()
    rows = Booking.objects.filter(
        money_moves(*MOVING),
        state__in=UNPAID,
        expires_at__lte=now + _CAPTURING,
        starts_at__gt=now,
    )
    return sum(_kept_on(pk, now) for pk in list(rows.values_list("pk", flat=True)[:_MOST]))


@transaction.atomic
def _kept_on(booking_id: UUID, now: datetime) -> int:
    rows = Booking.objects.filter(pk=booking_id, state__in=UNPAID)
    row = rows.select_for_update(of=("self",), no_key=True, skip_locked=True).first()
    if row is None:
        return 0
    notice = Schedule.objects.values_list("notice_minutes", flat=True).get(pk=row.tutor_id)
    last = row.starts_at - timedelta(minutes=notice)
    ends = last if _is_pending(row) else min(now + holding.PAYING, last)
    if row.expires_at is not None and ends <= row.expires_at:
        return 0
    _keep(row, ends, "the payment is under way")
    return 1


def _is_pending(row: Booking) -> bool:
    """The provider looks at the payment itself, which takes days at times."""
    pending = money_moves(Order.State.CAPTURE_PENDING)
    return Booking.objects.filter(pending, pk=row.pk).exists()


def order_under_way(row: Booking) -> Order | None:
    """The order whose money may be moving for it."""
    of_lesson = Q(kind=paying.KIND, target_id=row.pk)
    of_series = Q(kind=series.KIND, target_id=row.series_id)
    return Order.objects.filter(of_lesson | of_series, state__in=MOVING).first()


@transaction.atomic
def give_up(order_id: UUID, *, now: datetime | None = None) -> None:
    """A payment failed. The time is kept a few minutes for another try, and then let go."""
    now = now or timezone.now()
    order = Order.objects.get(pk=order_id)
    if order.kind not in KINDS:
        return
    for booking_id in lessons_of(order.kind, order.target_id):
        row = holding.locked(booking_id)
        under_way = money_moves(Order.State.APPROVED, *MOVING)
        if Booking.objects.filter(under_way, pk=row.pk).exists():
            return
        if row.state == State.PENDING_PAYMENT and row.expires_at is not None:
            ends = min(row.expires_at, now + holding.PAYING)
            Booking.objects.filter(pk=row.pk, version=row.version).update(expires_at=ends)


def reconcile(*, now: datetime | None = None) -> int:
    """Money that came for a lesson which stands nowhere, and that did not go back: it is confirmed
    or given back once more, each at most once an hour. Returns how many were found."""
    now = now or timezone.now()
    orders = stranded(now - _LOST_AFTER).values_list("pk", flat=True)[:_MOST]
    for order_id in list(orders):
        key = f"{CONFIRM}:{order_id}:again:{now:%Y%m%d%H}"
        jobs.enqueue(CONFIRM, key=key, args={"order_id": str(order_id)})
    return len(orders)


def unpaid(before: datetime) -> QuerySet[Booking]:
    """Lessons that stand without anybody having paid for them, and have done so since then."""
    moved = OrderTransition.objects.filter(order=OuterRef("order"), created_at__gt=before)
    changed = BookingChange.objects.filter(booking=OuterRef("pk"), created_at__gt=before)
    stands = (State.CONFIRMED, State.IN_PROGRESS, State.PENDING_APPROVAL)
    owed = Booking.objects.filter(state__in=stands, price_minor__gt=0, package=None)
    open_ = owed.filter(Q(order=None) | ~Q(order__state__in=_PAID))
    return open_.filter(~Exists(moved), ~Exists(changed)).order_by("starts_at")


def stranded(before: datetime) -> QuerySet[Order]:
    """Captured before then, without a lesson and without a way back."""
    lessons = Booking.objects.filter(order_id=OuterRef("pk"))
    back = Refund.objects.filter(order_id=OuterRef("pk")).exclude(state=Refund.State.FAILED)
    paid = Order.objects.filter(kind__in=KINDS, state=Order.State.CAPTURED, captured_at__lt=before)
    return paid.filter(~Exists(lessons), ~Exists(back)).order_by("captured_at")
