"""What is always true of people's time."""

from collections.abc import Iterator
from datetime import timedelta

from django.db.models import Exists, OuterRef, UUIDField
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from booking.models import Booking
from booking.models.bookings import ACTIVE_STATES
from booking.services import securing
from tutorme.core.invariants import holds

_SETTLED = timedelta(minutes=30)


@holds("paid-lessons-stand", _("What was paid for a lesson gives one, or goes back."))
def paid_lessons() -> Iterator[str]:
    """What a sweep could not mend within half an hour waits for a person."""
    for order in securing.stranded(timezone.now() - _SETTLED)[:20]:
        yield f"order {order.pk}: captured for {order.kind} {order.target_id}, which does not stand"


@holds("standing-lessons-are-paid", _("Every lesson that stands is paid for, or costs nothing."))
def standing_lessons() -> Iterator[str]:
    """Moments in which money and lesson change one after the other are left out."""
    for row in securing.unpaid(timezone.now() - _SETTLED).select_related("order")[:20]:
        yield f"booking {row.pk}: {row.state}, {row.order.state if row.order else 'no order'}"


@holds("one-lesson-at-a-time", _("Nobody has two lessons at the same time."))
def one_owner() -> Iterator[str]:
    """By comparing rows, whatever the constraints say: a constraint can be dropped. Seats of one
    group are one lesson to their tutor."""
    place = Coalesce("group", "id", output_field=UUIDField())
    active = Booking.objects.filter(state__in=ACTIVE_STATES).annotate(place=place)
    tutor = active.filter(
        tutor=OuterRef("tutor"),
        blocked_from__lt=OuterRef("blocked_until"),
        blocked_until__gt=OuterRef("blocked_from"),
    ).exclude(place=OuterRef("place"))
    student = active.filter(
        student=OuterRef("student"),
        starts_at__lt=OuterRef("ends_at"),
        ends_at__gt=OuterRef("starts_at"),
    )
    for whose, others in (("tutor", tutor), ("student", student)):
        twice = active.filter(Exists(others.exclude(pk=OuterRef("pk"))))
        for pk in twice.order_by("starts_at").values_list("pk", flat=True)[:20]:
            yield f"booking {pk}: its {whose} has another lesson then"
