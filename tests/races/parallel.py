"""Real threads, real connections, one starting gun."""

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from django.conf import settings
from django.db import connection


def together(actions: Sequence[Callable[[], Any]]) -> list[Any]:
    """Runs all at once, each on a database connection of its own; exceptions are results. Settings
    are all threads': overridden within one, they would be put back under another's feet."""
    gun, mine, changed = threading.Barrier(len(actions)), settings._wrapped, threading.Event()

    def runner(action: Callable[[], Any]) -> Any:
        try:
            gun.wait(timeout=60)
            return action()
        except Exception as error:  # noqa: BLE001  the caller judges what came out
            return error
        finally:
            if settings._wrapped is not mine:
                changed.set()
            connection.close()

    with ThreadPoolExecutor(len(actions)) as pool:
        results = list(pool.map(runner, actions))
    assert not changed.is_set(), "override settings around the threads, not within one"
    return results
