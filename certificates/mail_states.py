"""What became of the mails: asked of whoever sends them, which is an app above this one."""

from collections.abc import Callable, Sequence
from uuid import UUID

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Reader = Callable[[Sequence[UUID]], dict[UUID, str]]
_readers: list[Reader] = []
# The kind of badge, and its word. After `sent` it is the provider who knows more.
SAID: dict[str, tuple[str, Promise]] = {
    "held": ("plain", _("Waits for the morning")),
    "queued": ("attention", _("On its way")),
    "sending": ("attention", _("On its way")),
    "sent": ("plain", _("Sent")),
    "delivered": ("done", _("Delivered")),
    "bounced": ("problem", _("Came back")),
    "complained": ("problem", _("Reported as unwanted")),
    "failed": ("problem", _("Could not be sent")),
    "unknown": ("attention", _("Perhaps sent")),
    "suppressed": ("problem", _("Not sent: mails to this address came back")),
}


def reports_mails(reader: Reader) -> Reader:
    """Registers who knows the state of the mail made for a delivery, by the delivery's id."""
    _readers[:] = [reader]
    return reader


def of(delivery_ids: Sequence[UUID]) -> dict[UUID, str]:
    """Only of those for which there is a mail."""
    return _readers[0](delivery_ids) if _readers else {}


def badge(state: str) -> tuple[str, str]:
    """Its kind and its word; empty words where there is no mail yet."""
    kind, word = SAID.get(state, ("plain", state))
    return kind, str(word)
