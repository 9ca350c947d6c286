from booking.models import Schedule
from booking.services import free_times, holding, meetings, securing, standing, syncing
from tutorme.core.upkeep import Chore, Verb, declare


def _free_times() -> int:
    tutors = Schedule.objects.order_by("tutor_id").values_list("tutor_id", flat=True)
    return free_times.rebuild_all(tutors.iterator())


declare(
    Chore(
        Verb.RECOMPUTE,
        "booking.standings",
        standing.recount_astray,
        look=lambda: len(standing.astray()),
    ),
    Chore(Verb.REINDEX, "booking.free-times", _free_times),
    Chore(Verb.RECONCILE, "booking.kept", securing.keep_what_is_being_paid),
    Chore(Verb.RECONCILE, "booking.lapsed", holding.sweep),
    Chore(Verb.RECONCILE, "booking.lessons", securing.reconcile),
    Chore(Verb.RECONCILE, "booking.meetings", meetings.reconcile),
    Chore(Verb.RECONCILE, "booking.channels", syncing.want_channels),
)
