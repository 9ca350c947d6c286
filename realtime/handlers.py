"""What is announced of is listened for: one handler an event, made from the announcements. To tell
people of something more, declare it in an `…_announcements` module and name that module here."""

from collections.abc import Callable

from realtime import (  # declared by being read
    ai_announcements,  # noqa: F401
    assessment_announcements,  # noqa: F401
    booking_announcements,  # noqa: F401
    certificate_announcements,  # noqa: F401
    course_announcements,  # noqa: F401
    money_announcements,  # noqa: F401
    people_announcements,  # noqa: F401
    room_announcements,  # noqa: F401
    security_announcements,  # noqa: F401
    subscription_announcements,  # noqa: F401
)
from realtime.announcements import all_announcements
from realtime.services.notifications import announce
from tutorme.core import outbox
from tutorme.core.events import Event


def _teller(event: type[Event]) -> Callable[[Event], None]:
    """Named after the event: deliveries keep the name of who owes them."""

    def tell(happened: Event) -> None:
        announce(happened)

    tell.__qualname__ = f"tell:{event.name}"
    return tell


for _event in sorted({row.event for row in all_announcements()}, key=lambda event: event.name):
    outbox.handles(_event)(_teller(_event))
