"""What Twilio Video would remember: rooms, who is in them, what was recorded."""

import threading
import uuid
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

ACCOUNT = "AC00000000000000000000000000000000"


def sid(prefix: str) -> str:
    return f"{prefix}{uuid.uuid4().hex}"


def now() -> datetime:
    return datetime.now(UTC)


def written(at: datetime | None) -> str | None:
    return at.strftime("%Y-%m-%dT%H:%M:%SZ") if at else None


@dataclass
class Participant:
    identity: str
    room_sid: str
    sid: str = field(default_factory=lambda: sid("PA"))
    status: str = "connected"
    started_at: datetime = field(default_factory=now)
    ended_at: datetime | None = None

    @property
    def seconds(self) -> int | None:
        return int((self.ended_at - self.started_at).total_seconds()) if self.ended_at else None

    def end(self) -> None:
        self.status, self.ended_at = "disconnected", now()


@dataclass
class Recording:
    room_sid: str
    participant: Participant
    kind: str = "video"
    sid: str = field(default_factory=lambda: sid("RT"))
    status: str = "processing"
    seconds: int | None = None
    size: int | None = None


@dataclass
class Room:
    name: str
    form: dict[str, str]
    sid: str = field(default_factory=lambda: sid("RM"))
    status: str = "in-progress"
    created_at: datetime = field(default_factory=now)
    ended_at: datetime | None = None
    rules: list[dict[str, Any]] = field(default_factory=list)
    participants: dict[str, Participant] = field(default_factory=dict)
    # Rises with every callback, as Twilio counts them.
    told: int = 0

    @property
    def seconds(self) -> int | None:
        return int((self.ended_at - self.created_at).total_seconds()) if self.ended_at else None

    @property
    def here(self) -> list[Participant]:
        return [each for each in self.participants.values() if each.status == "connected"]

    def end(self) -> None:
        for each in self.here:
            each.end()
        self.status, self.ended_at = "completed", now()


@dataclass
class Memory:
    rooms: dict[str, Room] = field(default_factory=dict)
    recordings: dict[str, Recording] = field(default_factory=dict)
    lock: threading.RLock = field(default_factory=threading.RLock)

    def forget(self) -> None:
        with self.lock:
            self.rooms.clear()
            self.recordings.clear()

    def find(self, name: str) -> Room | None:
        """By sid, or by the name of one that is in progress."""
        for room in self.rooms.values():
            if room.sid == name or (room.name == name and room.status == "in-progress"):
                return room
        return None


memory = Memory()
