"""Who waits for whom. Every change of anybody's time takes the locks of all people concerned
first, in one order; the exclusion constraints are the backstop.

With the constraints alone, waiting inserts deadlock under load; with a lock of rows alone, a row
that does not exist yet cannot be held.
"""

from collections.abc import Iterable
from uuid import UUID

from django.db import connection

# Tells these from the application's other advisory locks.
_SPACE = 7_302


def hold(people: Iterable[UUID]) -> None:
    """Until the transaction ends. Sorted by the key PostgreSQL sees, so that no two callers hold
    what the other waits for."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(%s, key) FROM ("
            " SELECT DISTINCT hashtext(person::text) AS key FROM unnest(%s::uuid[]) AS person"
            " ORDER BY key) AS keys",
            [_SPACE, [str(person) for person in people]],
        )
