"""Work with the model, outside of requests."""

import time
from datetime import timedelta
from typing import Any
from uuid import UUID

from ai.models import Match
from ai.services import drafts, helping, matching, solving, steps
from tutorme.core import jobs

# A call may take a minute and a worker's task has two and a half: after this the next job goes on.
_ENOUGH_S = 60.0


def _failed(*, error: dict[str, Any], draft_id: str) -> None:
    drafts.failed(UUID(draft_id), error)


@jobs.job(
    "ai.write",
    queue="ai",
    lease=timedelta(seconds=90),
    backoff=timedelta(seconds=5),
    on_failure=_failed,
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


def _not_solved(*, error: dict[str, Any], node_id: str, revision: int, on: str) -> None:
    solving.not_looked(UUID(node_id), on)


@jobs.job(
    "ai.solve",
    queue="ai",
    lease=timedelta(seconds=150),
    max_attempts=3,
    backoff=timedelta(seconds=5),
    on_failure=_not_solved,
)
def solve(run: jobs.Run, *, node_id: str, revision: int, on: str) -> None:
    """Of a version that is no longer the one, nothing is asked."""
    pk = UUID(node_id)
    seen = solving.look(pk, revision)
    with run.finishing():
        if seen is None:
            solving.not_looked(pk, on)
        else:
            solving.keep(pk, revision, *seen)


@jobs.job(
    "ai.word_match",
    queue="ai",
    lease=timedelta(seconds=90),
    max_attempts=2,
    backoff=timedelta(seconds=5),
)
def word_match(run: jobs.Run, *, match_id: str) -> None:
    """Without an answer the ranking stays as it is."""
    rows = matching.ask_for_words(UUID(match_id))
    with run.finishing():
        Match.objects.filter(pk=match_id).update(worded=rows)


def _not_given(*, error: dict[str, Any], rung_id: int) -> None:
    helping.refused(rung_id)


@jobs.job(
    "ai.hint",
    queue="ai",
    lease=timedelta(seconds=150),
    max_attempts=3,
    backoff=timedelta(seconds=3),
    on_failure=_not_given,
)
def hint(run: jobs.Run, *, rung_id: int) -> None:
    text = helping.write(rung_id)
    with run.finishing():
        helping.give(rung_id, text)
