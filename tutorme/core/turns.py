"""So many at once on one machine: for what costs processor time, whichever process wants it.

A turn is a lock on a file, which the kernel lets go of when the process that holds it ends,
however it ends.
"""

import fcntl
import os
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings

from tutorme.core.errors import Unavailable

_WAIT_SECONDS = 60.0
_LOOK_AGAIN_SECONDS = 0.05


@contextmanager
def taken() -> Iterator[None]:
    """One of `RENDER_LIMITS["at_once"]` turns; `Unavailable` where none came free in a minute."""
    until = time.monotonic() + _WAIT_SECONDS
    descriptors = [_opened(number) for number in range(settings.RENDER_LIMITS["at_once"])]
    try:
        while not any(_locked(descriptor) for descriptor in descriptors):
            if time.monotonic() > until:
                raise Unavailable
            time.sleep(_LOOK_AGAIN_SECONDS)
        yield
    finally:
        for descriptor in descriptors:
            os.close(descriptor)


def _opened(number: int) -> int:
    folder = Path(tempfile.gettempdir()) / f"tutorme-turns-{os.getuid()}"
    folder.mkdir(mode=0o700, exist_ok=True)
    return os.open(folder / f"press-{number}", os.O_RDWR | os.O_CREAT, 0o600)


def _locked(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
