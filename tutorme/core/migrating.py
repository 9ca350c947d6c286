"""What migrations may wait for, and how long they may take.

A change of a table waits for those who read it, and everybody else waits behind the change: it
gives way before they give up (their own limit is three seconds), and is run again at a better
moment. Building an index of a large table takes as long as it takes.
"""

from typing import Any

from django.db import connections
from django.db.models.signals import post_migrate, pre_migrate

from tutorme.core import row_policies

LOCK_MS = 2_000
# The signals come once an app; one of them is enough.
_ONE = "core"


def _begin(app_config: Any, using: str, **_: Any) -> None:
    if app_config.label == _ONE:
        with connections[using].cursor() as cursor:
            cursor.execute(f"SET lock_timeout = {LOCK_MS}; SET statement_timeout = 0")


def _end(app_config: Any, using: str, **_: Any) -> None:
    if app_config.label == _ONE:
        row_policies.bring_up(connections[using])
        with connections[using].cursor() as cursor:
            cursor.execute("RESET lock_timeout; RESET statement_timeout")


def watch() -> None:
    pre_migrate.connect(_begin)
    post_migrate.connect(_end)
