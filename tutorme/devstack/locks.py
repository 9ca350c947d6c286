"""One stack per checkout: a file lock the kernel drops when its holder dies, however it dies."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tutorme.devstack.place import CannotGoOn


@contextmanager
def only_one(path: Path, what: str, way_out: str) -> Iterator[None]:
    """Holds `path`, with our pid in it; raises `CannotGoOn` naming the holder."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise CannotGoOn(
                f"{what} is already running from this checkout (pid {_written(path)}): {way_out}."
            ) from None
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        yield
        file.truncate(0)


def holder(path: Path) -> int | None:
    """Pid of whoever holds the lock now."""
    try:
        with path.open("r") as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except FileNotFoundError:
        return None
    except OSError:
        return int(_written(path) or 0) or None
    return None


def _written(path: Path) -> str:
    return path.read_text().strip()
