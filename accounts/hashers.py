"""Looking at a password costs a hundred megabytes and much of a second, on purpose. So that a
crowd at the door takes neither all memory nor all cores, a process does few at once."""

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from django.contrib.auth.hashers import Argon2PasswordHasher

from tutorme.core.errors import Unavailable

AT_ONCE = max(1, (os.cpu_count() or 2) // 2)
# Who stands in line longer is asked to come back.
PATIENCE_S = 10.0
_places = threading.BoundedSemaphore(AT_ONCE)


@contextmanager
def a_place() -> Iterator[None]:
    """Raises `Unavailable` where none gets free in time."""
    if not _places.acquire(timeout=PATIENCE_S):
        raise Unavailable
    try:
        yield
    finally:
        _places.release()


class CappedArgon2PasswordHasher(Argon2PasswordHasher):
    """The same hashes: rows written by either are read by both."""

    def encode(self, password: str, salt: str) -> str:
        with a_place():
            return super().encode(password, salt)

    def verify(self, password: str, encoded: str) -> bool:
        with a_place():
            return super().verify(password, encoded)
