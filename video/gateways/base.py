"""What a provider of calls tells, in our words."""

from dataclasses import dataclass


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
