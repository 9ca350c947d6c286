"""Everything that can be heard outside is listened for: one handler an event."""

from collections.abc import Callable

from tutorme.core import outbox
from tutorme.core.events import Event
from webhooks.catalog import KINDS
from webhooks.services import publishing


def _publisher(name: str) -> Callable[[Event], None]:
    """Named after the event: deliveries keep the name of who owes them."""

    def publish(event: Event) -> None:
        publishing.publish(event)

    publish.__qualname__ = f"publish:{name}"
    return publish


for _kind in KINDS.values():
    outbox.handles(_kind.event)(_publisher(_kind.name))
