"""An event, a handler and a job kind that exist only to watch the machinery work."""

from dataclasses import dataclass
from typing import Any, ClassVar
from uuid import UUID

from tutorme.core import jobs, outbox
from tutorme.core.events import Event
from tutorme.core.models import LimitWindow


@dataclass(frozen=True)
class Rang(Event):
    name: ClassVar[str] = "test.rang"
    bell: str
    at: UUID | None = None


class Switch:
    """What the probes should do next; set by a test, reset by its fixture."""

    handler_error: Exception | None = None
    job: Any = None
    cancelled: Any = None


def ring(counter: str) -> None:
    """One row whose count is the number of effects that were committed."""
    row, _ = LimitWindow.objects.get_or_create(
        key=counter, defaults={"count": 0, "window_ends_at": "2100-01-01T00:00:00Z"}
    )
    row.count += 1
    row.save()


def rung(counter: str) -> int:
    row = LimitWindow.objects.filter(key=counter).first()
    return row.count if row else 0


@outbox.handles(Rang)
def hear(event: Rang) -> None:
    ring(f"heard:{event.bell}")
    if Switch.handler_error:
        raise Switch.handler_error


@outbox.handles(Rang)
def hear_too(event: Rang) -> None:
    ring(f"heard-too:{event.bell}")


def _cancelled(**args: Any) -> None:
    if Switch.cancelled:
        Switch.cancelled(**args)


@jobs.job("test.probe", max_attempts=3, on_cancel=_cancelled, again={"paid": False})
def probe(run: jobs.Run, **args: Any) -> None:
    Switch.job(run, **args)
