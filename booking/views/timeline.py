"""A lesson's way as steps: what happened, and what comes next."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

from booking.models import Booking, BookingChange
from booking.words import WORDS

State = Booking.State
_PROBLEMS = {State.NO_SHOW_STUDENT, State.NO_SHOW_TUTOR, State.DISPUTED}


@dataclass(frozen=True)
class Step:
    """`state` is done, now, next or problem."""

    heading: Any
    state: str
    at: datetime | None
    who: str = ""
    said: str = ""
    was_at: datetime | None = None


def of(row: Booking) -> list[Step]:
    changes = row.changes.select_related("actor").order_by("version")
    return [*(_happened(change) for change in changes), *_to_come(row)]


def _happened(change: BookingChange) -> Step:
    state = State(change.state)
    return Step(
        heading=_heading(change),
        state="problem" if state in _PROBLEMS else "done",
        at=change.created_at,
        who=change.actor.display_name if change.actor else _("TutorMe"),
        said=change.reason if change.actor else "",
        was_at=change.was_at,
    )


def _heading(change: BookingChange) -> Any:
    if change.was_at:
        return _("moved")
    return _("began") if change.state == State.IN_PROGRESS else WORDS[State(change.state)][0]


def _to_come(row: Booking) -> list[Step]:
    if row.state == State.CONFIRMED:
        return [Step(_("the lesson"), "next", row.starts_at), *_afterwards(row)]
    if row.state == State.IN_PROGRESS:
        return [Step(_("ends"), "now", row.ends_at), *_afterwards(row)]
    if row.state in {State.COMPLETED, State.NO_SHOW_STUDENT}:
        return _afterwards(row)
    return []


def _afterwards(row: Booking) -> list[Step]:
    """Money that waits is the tutor's then."""
    if row.order_id is None and row.package_id is None:
        return []
    until = row.ends_at + settings.DISPUTE_WINDOW
    if until <= timezone.now():
        return [Step(_("the tutor is paid"), "done", until)]
    return [Step(_("the tutor is paid, unless one of you objects before"), "next", until)]
