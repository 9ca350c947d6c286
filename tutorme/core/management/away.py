"""A database or Redis that cannot be reached, said in one sentence by every command of `manage.py`:
Django's and the packages' know nothing of `OperatorCommand`."""

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import redis
from django.db import OperationalError

# What a server says that is going, coming (57P) or full (53300), that lost the line (08) or does
# not let us in (28, 3D). Who never reached one has no code. All else is about a statement.
_SAID_AT_THE_DOOR = ("57P", "53300", "08", "28", "3D")


@contextmanager
def spoken(arguments: Sequence[str]) -> Iterator[None]:
    """Around `manage.py`: ends with code 1 where something is away. Every other error keeps its
    traceback, and this one too where `arguments` ask for it."""
    try:
        yield
    except (OperationalError, redis.ConnectionError, redis.TimeoutError) as error:
        if "--traceback" in arguments or not _is_away(error):
            raise
        sys.stderr.write(f"{sentence(error)}\n")
        raise SystemExit(1) from None


def _is_away(error: Exception) -> bool:
    if not isinstance(error, OperationalError):
        return True
    code = getattr(error.__cause__, "sqlstate", None)
    return code is None or code.startswith(_SAID_AT_THE_DOOR)


def sentence(error: BaseException) -> str:
    """Of an error of the database or of Redis."""
    of_redis = isinstance(error, redis.RedisError)
    said = "Redis does not answer" if of_redis else "The database does not serve"
    return f"{said} ({first_line(error)}): `manage.py doctor` says more."


def first_line(error: BaseException) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0]
