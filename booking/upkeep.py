from booking.models import Schedule
from booking.services import free_times
from tutorme.core.upkeep import Chore, Verb, declare


def _free_times() -> int:
    tutors = Schedule.objects.order_by("tutor_id").values_list("tutor_id", flat=True)
    return free_times.rebuild_all(tutors.iterator())


declare(Chore(Verb.REINDEX, "booking.free-times", _free_times))
