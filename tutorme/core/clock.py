"""Whether this process' clock is the database's.

Leases use the database's clock; much else (holds that lapse, reminders, lessons that are over) is
judged by the clock of whoever sweeps. A machine whose clock is wrong must not judge.
"""

import time
from datetime import datetime

from django.db import connection
from django.utils import timezone

MOST_DRIFT_S = 60.0
_LOOK_AGAIN_S = 60.0
_last: list[tuple[float, float]] = []


def drift_s() -> float:
    """How far ahead of the database's this clock is; asked anew at most once a minute."""
    now = time.monotonic()
    if not _last or now - _last[0][0] > _LOOK_AGAIN_S:
        _last[:] = [(now, _measured())]
    return _last[0][1]


def is_wrong() -> bool:
    return abs(drift_s()) > MOST_DRIFT_S


def _measured() -> float:
    before = timezone.now()
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        there: datetime = cursor.fetchone()[0]
    # Half of the way there and back is the answer's age.
    return ((before - there) + (timezone.now() - there)).total_seconds() / 2
