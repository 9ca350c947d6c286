"""What a tutor offers, and at which price."""

from uuid import UUID

from django.db import transaction

from booking.errors import TrialUsed
from booking.events import AvailabilityChanged
from booking.models import LessonType
from tutorme.core import outbox
from tutorme.core.errors import NotFound
from tutorme.core.money import Money
from tutorme.core.transactions import constraints


def offer(
    *,
    tutor_id: UUID,
    title: str,
    minutes: int,
    price: Money,
    is_trial: bool = False,
    capacity: int = 1,
) -> LessonType:
    """A `capacity` above one is a lesson for several. Raises `TrialUsed` where a trial is offered
    already."""
    only_one = TrialUsed("You offer a trial lesson already.")
    with constraints({"lesson_type_one_trial": only_one}), transaction.atomic():
        row = LessonType.objects.create(
            tutor_id=tutor_id,
            title=title,
            minutes=minutes,
            price_minor=price.minor,
            currency=price.currency,
            is_trial=is_trial,
            capacity=capacity,
        )
        outbox.record(AvailabilityChanged(tutor_id))
        return row


@transaction.atomic
def withdraw(*, tutor_id: UUID, lesson_type_id: UUID) -> None:
    """Nobody can book it any more; the bookings made keep it."""
    rows = LessonType.objects.filter(pk=lesson_type_id, tutor_id=tutor_id, is_offered=True)
    if not rows.update(is_offered=False):
        raise NotFound
    outbox.record(AvailabilityChanged(tutor_id))
