"""What an event is: a named, typed, JSON-safe fact in the past tense.

@dataclass(frozen=True)
class PaymentCaptured(Event):
    name = "payment.captured"
    order_id: UUID
"""

import dataclasses
import types
import typing
import uuid
from datetime import date, datetime
from typing import Any, ClassVar, Self

JSONValue = str | int | float | bool | None | list[Any] | dict[str, Any]


class Payload:
    """Fields of a frozen dataclass, as JSON and back."""

    def to_payload(self) -> dict[str, JSONValue]:
        fields = dataclasses.fields(typing.cast(Any, self))
        return {field.name: _plain(getattr(self, field.name)) for field in fields}

    @classmethod
    def from_payload(cls, payload: dict[str, Any]) -> Self:
        """Unknown members are ignored, so that yesterday's rows survive a deploy."""
        kinds = typing.get_type_hints(cls)
        return cls(
            **{
                field.name: _typed(kinds[field.name], payload[field.name])
                for field in dataclasses.fields(typing.cast(Any, cls))
                if field.name in payload
            }
        )


@dataclasses.dataclass(frozen=True)
class Event(Payload):
    name: ClassVar[str]


def _plain(value: Any) -> JSONValue:
    if isinstance(value, uuid.UUID):
        return str(value)
    if isinstance(value, datetime | date):
        return value.isoformat()
    return typing.cast(JSONValue, value)


def _typed(kind: Any, value: Any) -> Any:
    if value is None:
        return None
    if typing.get_origin(kind) in (typing.Union, types.UnionType):
        kind = next(part for part in typing.get_args(kind) if part is not type(None))
    if kind is uuid.UUID:
        return uuid.UUID(value)
    if kind in (datetime, date):
        return kind.fromisoformat(value)
    return value
