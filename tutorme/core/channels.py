"""Channels: what people hear while they look. The one that owns a thing says who may listen.

An app declares what is said (`LiveEvent`) and who may hear it in its `channels.py`, found at
start, and calls `publish` in the transaction of the cause. `realtime` carries it, by whatever
driver the site uses; lower apps know neither.
"""

import dataclasses
import typing
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, ClassVar, Self
from uuid import UUID

from tutorme.core.events import Payload

# Everybody who is signed in hears it; nothing personal is said there.
PUBLIC = "notifications"


@dataclass(frozen=True)
class Access:
    may_listen: bool = False
    may_speak: bool = False

    def __or__(self, other: "Access") -> "Access":
        return Access(self.may_listen or other.may_listen, self.may_speak or other.may_speak)


NOTHING, LISTENS, SPEAKS = Access(), Access(may_listen=True), Access(True, True)

# (user, id of the thing) → what the user may do there.
Authorizer = Callable[[Any, UUID], Access]
_authorizers: dict[str, list[Authorizer]] = defaultdict(list)
_with_presence: set[str] = set()


def authorizes(prefix: str, *, presence: bool = False) -> Callable[[Authorizer], Authorizer]:
    """`@authorizes("private-course-")` answers for `private-course-<uuid>`. Several apps may
    answer for one prefix, each for the ids it knows; one yes is enough. With `presence` it is
    known who listens."""

    def register(authorizer: Authorizer) -> Authorizer:
        _authorizers[prefix].append(authorizer)
        if presence:
            _with_presence.add(prefix)
        return authorizer

    return register


def prefixes() -> list[str]:
    return sorted(_authorizers)


def keeps_presence(channel: str) -> bool:
    found = parsed(channel)
    return bool(found and found[0] in _with_presence)


def named(prefix: str, thing: UUID | str) -> str:
    return f"{prefix}{thing}"


def parsed(channel: str) -> tuple[str, UUID] | None:
    """A prefix somebody answers for and the id behind it, spelled in the one way we spell it."""
    for prefix in _authorizers:
        rest = channel.removeprefix(prefix)
        if rest != channel and (thing := _uuid(rest)):
            return prefix, thing
    return None


def _uuid(text: str) -> UUID | None:
    try:
        found = UUID(text)
    except ValueError:
        return None
    return found if str(found) == text else None


def access(user: Any, channel: str) -> Access:
    """What a signed-in person may do on a channel; nothing on one that nobody knows."""
    if channel == PUBLIC:
        return LISTENS
    found = parsed(channel)
    if found is None:
        return NOTHING
    prefix, thing = found
    answer = NOTHING
    for authorizer in _authorizers[prefix]:
        answer |= authorizer(user, thing)
    return answer


class LiveEvent(Payload):
    """Something said on a channel: a name as clients hear it, and typed fields.

    @dataclass(frozen=True)
    class ParticipantJoined(LiveEvent):
        name = "participant-joined"
        user_id: UUID
    """

    name: ClassVar[str]
    # Clients whom the owner lets speak may say it themselves.
    spoken: ClassVar[bool] = False

    @classmethod
    def read(cls, payload: Mapping[str, Any]) -> Self:
        """Exactly the declared fields with the declared types, or `ValueError`."""
        kinds = typing.get_type_hints(cls)
        fields = {field.name: field for field in dataclasses.fields(typing.cast(Any, cls))}
        if unknown := sorted(set(payload) - set(fields)):
            raise ValueError(f"{cls.name}: {unknown[0]} is not one of its fields")
        for name, field in fields.items():
            if name not in payload:
                if field.default is dataclasses.MISSING:
                    raise ValueError(f"{cls.name}: {name} is missing")
            elif not _fits(kinds[name], payload[name]):
                raise ValueError(f"{cls.name}: {name} is of another type")
        return cls.from_payload({name: _as_json(value) for name, value in payload.items()})


def _as_json(value: Any) -> Any:
    if isinstance(value, UUID):
        return str(value)
    return value.isoformat() if isinstance(value, datetime | date) else value


def _fits(kind: Any, value: Any) -> bool:
    choices = typing.get_args(kind) if typing.get_origin(kind) not in (dict, list) else ()
    if choices:
        return any(_fits(each, value) for each in choices)
    plain = typing.get_origin(kind) or kind
    if plain in (UUID, datetime, date) and isinstance(value, str):
        return _is_spelled(plain, value)
    if plain is int and isinstance(value, bool):
        return False
    return isinstance(value, plain)


def _is_spelled(kind: Any, text: str) -> bool:
    try:
        UUID(text) if kind is UUID else kind.fromisoformat(text)
    except ValueError:
        return False
    return True


def vocabulary() -> dict[str, type[LiveEvent]]:
    """Every event that can be said, by name."""
    return {kind.name: kind for kind in LiveEvent.__subclasses__()}


Carrier = Callable[[str, str, Mapping[str, Any]], int]
_carriers: list[Carrier] = []


def carried_by(carrier: Carrier) -> Carrier:
    """The app that keeps and delivers what is said registers here."""
    _carriers[:] = [carrier]
    return carrier


def publish(channel: str, event: str, payload: Mapping[str, Any]) -> int:
    """Says it on the channel when the caller's transaction commits; its number is returned.
    `ValueError` where the payload is not what was declared under that name."""
    (carrier,) = _carriers
    return carrier(channel, event, payload)
