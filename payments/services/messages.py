"""Who reads which of PayPal's messages.

Each reader gets the type and the resource of a message, takes both as a hint of where to look, and
asks PayPal what is true; `inbox.NotYet` brings the message back later.

    @messages.concerns("PAYMENT.PAYOUTS-ITEM.SUCCEEDED", "PAYMENT.PAYOUTS-ITEM.FAILED")
    def apply_message(kind: str, resource: dict[str, Any]) -> None: ...
"""

from collections.abc import Callable
from typing import Any

Reader = Callable[[str, dict[str, Any]], None]
_readers: dict[str, Reader] = {}


def concerns(*kinds: str) -> Callable[[Reader], Reader]:
    def register(reader: Reader) -> Reader:
        _readers.update(dict.fromkeys(kinds, reader))
        return reader

    return register


def reader_of(kind: str) -> Reader | None:
    """None for what nobody here needs to know, such as our own plans being made."""
    return _readers.get(kind)


def kinds() -> frozenset[str]:
    """All that is read: what the webhook at PayPal is to be subscribed to."""
    return frozenset(_readers)
