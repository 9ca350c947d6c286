"""What services ask of a provider of calls, in our words."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True)
class Track:
    """One recorded track. `status` is the provider's own word."""

    sid: str
    status: str
    media: str
    seconds: int | None
    size_bytes: int | None


@dataclass(frozen=True)
class Attendee:
    """Somebody the provider sees in the call; `identity` is what the token said."""

    sid: str
    identity: str
    status: str
    seconds: int | None


class Calls(Protocol):
    def token(self, *, identity: str, room: str, seconds: int) -> str: ...

    def ensure_room(self, name: str, *, most: int, seconds: int) -> str: ...

    def end_room(self, sid: str) -> None: ...

    def record(self, sid: str, *, on: bool) -> None: ...

    def attendees(self, sid: str) -> Sequence[Attendee]: ...

    def recording(self, sid: str) -> Track: ...

    def delete_recording(self, sid: str) -> None: ...
