"""What we send out, in the contract: OpenAPI's `webhooks`, one for each type that can be chosen."""

import dataclasses
import types
import typing
from datetime import date, datetime
from typing import Any
from uuid import UUID

from tutorme.core.events import Event
from webhooks import catalog

_SHAPES: dict[type, dict[str, Any]] = {
    UUID: {"type": "string", "format": "uuid"},
    datetime: {"type": "string", "format": "date-time"},
    date: {"type": "string", "format": "date"},
    bool: {"type": "boolean"},
    int: {"type": "integer"},
    float: {"type": "number"},
    str: {"type": "string"},
}
_HEADERS = {
    "webhook-id": "The same on every try of a message: keep it, and do nothing the second time.",
    "webhook-timestamp": "Seconds since 1970; older than five minutes is refused by libraries.",
    "webhook-signature": "`v1,` and base64 of HMAC-SHA256 over id, timestamp and body; after a"
    " change of secret two of them, separated by a space.",
}


def add_webhooks(result: dict[str, Any], **_: Any) -> dict[str, Any]:
    """A hook of the schema's generator."""
    result["webhooks"] = {
        kind.name: {"post": _operation(kind.name, _data(kind.event))}
        for kind in catalog.KINDS.values()
    }
    result["webhooks"][catalog.TEST] = {"post": _operation(catalog.TEST, {"type": "object"})}
    return result


def _operation(name: str, data: dict[str, Any]) -> dict[str, Any]:
    body = {
        "type": "object",
        "required": ["type", "timestamp", "data"],
        "properties": {
            "type": {"type": "string", "const": name},
            "timestamp": {"type": "string", "format": "date-time"},
            "data": data,
        },
    }
    return {
        "operationId": f"webhook_{name.replace('.', '_')}",
        "summary": name,
        "tags": ["webhooks out"],
        "parameters": [
            {
                "in": "header",
                "name": header,
                "required": True,
                "schema": {"type": "string"},
                "description": told,
            }
            for header, told in _HEADERS.items()
        ],
        "requestBody": {"required": True, "content": {"application/json": {"schema": body}}},
        "responses": {
            "2XX": {"description": "Taken. Within ten seconds; do the work afterwards."},
            "410": {"description": "The endpoint is switched off."},
        },
    }


def _data(event: type[Event]) -> dict[str, Any]:
    """Ids and figures: the event's own fields."""
    hints = typing.get_type_hints(event)
    names = [field.name for field in dataclasses.fields(typing.cast(Any, event))]
    return {
        "type": "object",
        "required": names,
        "properties": {name: _shape(hints[name]) for name in names},
    }


def _shape(kind: Any) -> dict[str, Any]:
    if typing.get_origin(kind) in (typing.Union, types.UnionType):
        [inner] = [part for part in typing.get_args(kind) if part is not type(None)]
        shape = _shape(inner)
        return {**shape, "type": [shape["type"], "null"]}
    return dict(_SHAPES.get(kind, {"type": "object"}))
