"""What is always true of people's time."""

from collections.abc import Iterator

from django.db.models import Exists, OuterRef, UUIDField
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from booking.models import Booking
from booking.models.bookings import ACTIVE_STATES
from tutorme.core.invariants import holds


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
