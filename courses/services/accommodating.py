"""More time for who needs it. Why is nobody's business here, so no reason is kept."""

from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import transaction

from courses.models import Enrollment
from tutorme.core import audit
from tutorme.core.errors import InvalidInput, NotFound

LEAST, MOST = Decimal(1), Decimal(5)


def set_time_factor(*, enrollment_id: UUID, tutor: Any, factor: Decimal) -> Enrollment:
    """For attempts started from now on. `NotFound` for who does not teach the course."""
    if not LEAST <= factor <= MOST:
        row = {"pointer": "/time_factor", "code": "range", "detail": "Give 1 to 5."}
        raise InvalidInput(errors=[row])
    with transaction.atomic():
        rows = Enrollment.objects.taught_by(tutor).open().filter(pk=enrollment_id)
        place = rows.select_for_update(of=("self",), no_key=True).first()
        if place is None:
            raise NotFound
        before, place.time_factor = place.time_factor, factor
        place.save(update_fields=["time_factor"])
        audit.record(
            "enrollment.time-factor",
            target=place,
            actor_id=tutor.pk,
            before={"time_factor": str(before)},
            after={"time_factor": str(factor)},
        )
    return place
