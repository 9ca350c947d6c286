"""Calendars in memory: events with a counter of changes, and who wants to hear of them."""

import threading
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any


def now() -> str:
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")


@dataclass
class Event:
    body: dict[str, Any]
    changed: int
    is_gone: bool = False
    # How often it was asked for since its room was promised.
    asked: int = 0


@dataclass
class Calendar:
    events: dict[str, Event] = field(default_factory=dict)
    counter: int = 0
    # Tokens given out before this are no longer known.
    oldest: int = 0
    # By their key (Graph's transactionId, Meet's requestId): the id of what was made.
    made: dict[str, str] = field(default_factory=dict)

    def put(self, event_id: str, body: dict[str, Any]) -> Event:
        self.counter += 1
        event = Event(body, self.counter)
        self.events[event_id] = event
        return event

    def touch(self, event: Event) -> None:
        self.counter += 1
        event.changed = self.counter

    def since(self, counter: int) -> list[tuple[str, Event]]:
        found = [(key, row) for key, row in self.events.items() if row.changed > counter]
        return sorted(found, key=lambda pair: pair[1].changed)


@dataclass
class Hearer:
    """Somebody who is told of changes at an address; `secret` comes with every notice."""

    id: str
    account: str
    address: str
    secret: str
    resource: str = ""
    told: int = 0


class Memory:
    def __init__(self) -> None:
        self.lock = threading.RLock()
        self.calendars: defaultdict[tuple[str, str], Calendar] = defaultdict(Calendar)
        self.hearers: dict[str, Hearer] = {}
        # Notices that were sent: provider, address, headers, body, and how it went.
        self.notices: list[dict[str, Any]] = []
        self.files: dict[str, bytes] = {}

    def forget(self) -> None:
        with self.lock:
            self.calendars.clear()
            self.hearers.clear()
            self.notices.clear()
            self.files.clear()

    def of(self, provider: str, account: str) -> Calendar:
        return self.calendars[provider, account]


memory = Memory()
