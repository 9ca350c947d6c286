"""Real threads, real connections, one starting gun."""

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from django.db import connection


def together(actions: Sequence[Callable[[], Any]]) -> list[Any]:
    """Runs all at once, each on a database connection of its own; exceptions are results."""
    gun = threading.Barrier(len(actions))

    def runner(action: Callable[[], Any]) -> Any:
        try:
            gun.wait(timeout=60)
            return action()
        except Exception as error:  # noqa: BLE001  the caller judges what came out
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(len(actions)) as pool:
        return list(pool.map(runner, actions))
