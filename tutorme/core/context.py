"""What is known about the work at hand: the request id and who acts, for logs and rows."""

import re
import uuid
from collections.abc import Iterator
from contextlib import contextmanager

import structlog

_ACCEPTED = re.compile(r"[A-Za-z0-9._-]{8,128}")


def new_request_id() -> str:
    return uuid.uuid4().hex


def accepted_request_id(value: str) -> str:
    """`value` where it is a harmless token, a new id otherwise."""
    return value if _ACCEPTED.fullmatch(value) else new_request_id()


def request_id() -> str:
    return str(structlog.contextvars.get_contextvars().get("request_id", ""))


@contextmanager
def bound(**values: object) -> Iterator[None]:
    """Adds values to every log line written inside; None is left out."""
    present = {key: str(value) for key, value in values.items() if value not in (None, "")}
    with structlog.contextvars.bound_contextvars(**present):
        yield
