"""What Pusher tells us: somebody came, somebody went. Hints for presence, which stays a lease."""

import hashlib
import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from django.utils import timezone

from accounts.channels import USER
from realtime.errors import WebhookNotGenuine
from realtime.gateways import pusher
from realtime.services import presence
from tutorme.core import channels, inbox
from tutorme.core.models import InboxMessage

PROVIDER = "pusher"
PRESENCE, PRIVATE = "presence-", "private-"
# Pusher repeats for five minutes what it signed at first, and clocks differ.
_REPEATED_FOR = timedelta(minutes=10)


def receive(*, key: str, signature: str, body: bytes) -> None:
    """Keeps what Pusher signed. It names its messages by nothing, so their content does."""
    if not pusher.is_genuine(key, signature, body):
        raise WebhookNotGenuine
    try:
        age = timezone.now() - _moment(json.loads(body))
    except (ValueError, TypeError, KeyError, OverflowError) as error:
        raise WebhookNotGenuine from error
    if abs(age) > _REPEATED_FOR:
        raise WebhookNotGenuine
    delivery = hashlib.sha256(body).hexdigest()
    inbox.store(provider=PROVIDER, delivery_id=delivery, kind="events", body=body, headers={})


def apply(message: InboxMessage) -> None:
    told = json.loads(bytes(message.body))
    at = _moment(told)
    for event in told["events"]:
        _apply(event, at)


def _moment(told: Mapping[str, Any]) -> datetime:
    return datetime.fromtimestamp(int(told["time_ms"]) / 1000, UTC)


def _apply(event: Mapping[str, Any], at: datetime) -> None:
    name = str(event.get("channel", ""))
    if name.startswith(PRESENCE):
        name = PRIVATE + name.removeprefix(PRESENCE)
    person = _person(name, event)
    if person is None or not channels.keeps_presence(name):
        return
    if event.get("name") in ("channel_occupied", "member_added"):
        presence.here({(name, person)})
    elif event.get("name") in ("channel_vacated", "member_removed"):
        presence.end(name, person, at=at)


def _person(channel: str, event: Mapping[str, Any]) -> UUID | None:
    """Whom it is about: a member by id, or whose own channel it is."""
    found = channels.parsed(channel)
    if found and found[0] == USER:
        return found[1]
    try:
        return UUID(str(event.get("user_id", "")))
    except ValueError:
        return None
