import time
from collections.abc import Iterable
from uuid import UUID

from django.apps import AppConfig

# Long enough for others to look before anybody writes.
_LOOK = 0.05


def _wait_for_nobody(_people: Iterable[UUID]) -> None:
    return None


class Lockless(AppConfig):
    name = "tests.races.lockless"
    label = "lockless"

    def ready(self) -> None:
        from booking import locks
        from booking.services import holding

        locks.hold = _wait_for_nobody  # type: ignore[assignment]
        looked = holding._allowed

        def slowly(*given: object) -> None:
            looked(*given)  # type: ignore[arg-type]
            time.sleep(_LOOK)

        holding._allowed = slowly  # type: ignore[assignment]
