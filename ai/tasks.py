"""Work with the model, outside of requests."""

import time
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from ai.services import drafts, helping, matching, solving, steps
from tutorme.core import jobs

# A call may take a minute and a worker's task has two and a half: after this the next job goes on.
_ENOUGH_S = 60.0


def _failed(*, error: dict[str, Any], draft_id: str) -> None:
    drafts.failed(UUID(draft_id), error)


def _cancelled(*, draft_id: str) -> None:
    drafts.cancelled(UUID(draft_id))


def _day(on: str) -> date | None:
    """The day a job's unit is counted on; a job that is run again has none, for the first one's was
    given back when it ended."""
    return date.fromisoformat(on) if on else None


_UNCOUNTED = {"on": ""}


@jobs.job(
    "ai.write",
    queue="ai",
    lease=timedelta(seconds=90),
    backoff=timedelta(seconds=5),
    on_failure=_failed,
    on_cancel=_cancelled,
)
def write(run: jobs.Run, *, draft_id: str) -> None:
    """Step by step; killed at any of them, the next attempt goes on at the same one."""
    pk, ends_at = UUID(draft_id), time.monotonic() + _ENOUGH_S
    while steps.advance(pk, run.progress):
        if time.monotonic() > ends_at:
            with run.finishing():
                drafts.go_on(pk)
            return
    with run.finishing():
        steps.finish(pk)


def _not_solved(*, node_id: str, on: str, **_rest: Any) -> None:
    solving.not_looked(UUID(node_id), _day(on))


@jobs.job(
    "ai.solve",
    queue="ai",
    lease=timedelta(seconds=150),
    max_attempts=3,
    backoff=timedelta(seconds=5),
    on_failure=_not_solved,
    on_cancel=_not_solved,
    again=_UNCOUNTED,
)
def solve(run: jobs.Run, *, node_id: str, revision: int, on: str) -> None:
    """Of a version that is no longer the one, nothing is asked."""
    pk = UUID(node_id)
    seen = solving.look(pk, revision)
    with run.finishing():
        if seen is None:
            solving.not_looked(pk, _day(on))
        else:
            solving.keep(pk, revision, *seen, _day(on))


def _not_worded(*, match_id: str, on: str = "", **_rest: Any) -> None:
    matching.keep_words(UUID(match_id), None, _day(on))


@jobs.job(
    "ai.word_match",
    queue="ai",
    lease=timedelta(seconds=90),
    max_attempts=2,
    backoff=timedelta(seconds=5),
    on_failure=_not_worded,
    on_cancel=_not_worded,
    again=_UNCOUNTED,
)
def word_match(run: jobs.Run, *, match_id: str, on: str = "") -> None:
    """Without an answer the ranking stays as it is."""
    rows = matching.ask_for_words(UUID(match_id))
    with run.finishing():
        matching.keep_words(UUID(match_id), rows, _day(on))


def _not_given(*, rung_id: int, on: str = "", **_rest: Any) -> None:
    helping.refused(rung_id, _day(on))


@jobs.job(
    "ai.hint",
    queue="ai",
    lease=timedelta(seconds=150),
    max_attempts=3,
    backoff=timedelta(seconds=3),
    on_failure=_not_given,
    on_cancel=_not_given,
    again=_UNCOUNTED,
)
def hint(run: jobs.Run, *, rung_id: int, on: str = "") -> None:
    text = helping.write(rung_id, run.job_id)
    with run.finishing():
        helping.give(rung_id, run.job_id, text, _day(on))
