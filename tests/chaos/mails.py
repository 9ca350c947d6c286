"""What became of the mails of one scenario. The house is shared: a line that was cut in an earlier
one may have left a mail in doubt, and by right (`tests/realtime/test_mail.py`)."""

from collections import Counter
from datetime import datetime
from typing import cast

import httpx

from realtime.services import mail
from tests.chaos import sweep
from tests.chaos.house import UP_S, House
from tests.waiting import until


def moment(home: House) -> datetime:
    """Of the database, like the time a mail was written."""
    with home.line() as line:
        row = line.execute("SELECT clock_timestamp()").fetchone()
    assert row is not None
    return cast(datetime, row[0])


def waiting(line: sweep.Line) -> bool:
    """Somebody tried to hand one over and was not let in."""
    tried = "SELECT 1 FROM core_job WHERE kind = %s AND state = 'queued' AND attempts > 0"
    return line.execute(tried, [mail.JOB]).fetchone() is not None


def each_arrived_once(home: House, *, since: datetime) -> None:
    """None of those written since then is in doubt; no mail at all came twice."""
    with home.line() as line:
        until(lambda: not _states(line, since).keys() & {"queued", "sending"}, within_s=UP_S)
        found = _states(line, since)
    assert found.keys() <= {"sent", "held"}, found
    url = f"{home.stack.sandbox_url}/mail/api/messages"
    arrived = Counter(one["message_id"] for one in httpx.get(url).json()["messages"])
    assert max(arrived.values()) == 1


def _states(line: sweep.Line, since: datetime) -> dict[str, str]:
    """The states they are in, with the last thing that went wrong."""
    written = "SELECT state, max(last_error) FROM realtime_maildelivery WHERE created_at >= %s"
    found = line.execute(f"{written} GROUP BY state", [since]).fetchall()
    return {str(state): str(error) for state, error in found}
