"""Lessons, in figures."""

from collections.abc import Iterator

from django.db.models import Count

from booking.models import Booking
from tutorme.core.metrics import Figure, figures


@figures
def lessons() -> Iterator[Figure]:
    told = "Bookings by state; `held` are slots somebody is about to book."
    for row in Booking.objects.order_by().values("state").annotate(count=Count("pk")):
        yield Figure("tutorme_bookings", told, row["count"], state=row["state"])
