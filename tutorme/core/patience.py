"""A connection that stops waiting for a database which says nothing.

PostgreSQL's own limits (statement_timeout, lock_timeout) end a statement as long as the server
runs. Where its processes are frozen, or a network swallows what they say, nobody ends anything:
the thread would wait for ever. Processes that serve people name a longest silence; others, whose
statements may rightly take long, name none.
"""

from typing import Any

import psycopg
from psycopg.pq import TransactionStatus

# Seconds; more than any statement of a request may take by statement_timeout.
LONGEST_SILENCE_S = 8.0
_longest: list[float] = []


def never_wait_longer(seconds: float = LONGEST_SILENCE_S) -> None:
    """For this process from now on."""
    _longest[:] = [seconds]


def serves_people() -> bool:
    return bool(_longest)


class PatientConnection(psycopg.Connection[Any]):
    """`connection_class` of the pool."""

    def wait(self, gen: Any, interval: float = 0.1, timeout: float | None = None) -> Any:
        try:
            return super().wait(gen, interval, _longest[0] if _longest and not timeout else timeout)
        except psycopg.OperationalError:
            if self.pgconn.transaction_status == TransactionStatus.ACTIVE:
                # Whatever it would still say belongs to a statement nobody waits for.
                self.pgconn.finish()
            raise
