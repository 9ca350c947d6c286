"""Work with the model, outside of requests."""

import time
from datetime import timedelta
from typing import Any
from uuid import UUID

from ai.services import drafts, steps
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
