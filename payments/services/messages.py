"""Who reads which of PayPal's messages.

Each reader gets the type and the resource of a message, takes both as a hint of where to look, and
asks PayPal what is true; `inbox.NotYet` brings the message back later.

    @messages.concerns("PAYMENT.PAYOUTS-ITEM.", "PAYMENT.PAYOUTSBATCH.")
    def apply_message(kind: str, resource: dict[str, Any]) -> None: ...
"""

from collections.abc import Callable
from typing import Any

Reader = Callable[[str, dict[str, Any]], None]
_readers: dict[str, Reader] = {}


def concerns(*prefixes: str) -> Callable[[Reader], Reader]:
    def register(reader: Reader) -> Reader:
        _readers.update(dict.fromkeys(prefixes, reader))
        return reader

    return register


def reader_of(kind: str) -> Reader | None:
    """None for what nobody here needs to know, such as our own plans being made."""
    return next((reader for start, reader in _readers.items() if kind.startswith(start)), None)
