"""Work outside a request. The row is the truth, claimed by a lease; the broker is a hint.

A job function receives a `Run` and the job's arguments. It may be killed at any line and
started again, so its effects commit together with the job's end:

    @jobs.job("certificates.render", queue="render")
    def render(run: Run, *, certificate_id: str) -> None:
        pdf = draw(certificate_id)            # slow, no rows changed
        with run.finishing(result={...}):     # one transaction, refused to a zombie
            store(pdf)

Arguments are JSON. Long functions call `run.progress`, which also extends the lease.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID

import structlog
from django.conf import settings
from django.db import InterfaceError, OperationalError, models, transaction
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from tutorme.core import context, queue, tracing
from tutorme.core.errors import Conflict, DomainError, StorageFull
from tutorme.core.gateways import GatewayError, GatewayHeld, GatewayUnavailable
from tutorme.core.models import Job

log = structlog.get_logger(__name__)

State = Job.State
_BACKOFF_CAP_S = 3600


class LeaseLost(Exception):
    """Another worker took the job over: this run's result must not count."""


class Cancelled(Exception):
    """The owner asked to stop; raised at the next progress report."""


class RetryJob(Exception):
    """Raised by a job function for "not now", with the reason people may read."""


_NOT_NOW = (GatewayUnavailable, OperationalError, InterfaceError, RetryJob, StorageFull)


@dataclass(frozen=True)
class Kind:
    name: str
    function: Callable[..., None]
    queue: str
    lease: timedelta
    max_attempts: int
    backoff: timedelta
    on_failure: Callable[..., None] | None
    waits: tuple[timedelta, ...] = ()
    on_cancel: Callable[..., None] | None = None
    again: dict[str, Any] = field(default_factory=dict)

    def wait_after(self, attempt: int) -> timedelta:
        if self.waits:
            return self.waits[min(attempt, len(self.waits)) - 1]
        seconds = self.backoff.total_seconds() * 2 ** (attempt - 1)
        return timedelta(seconds=min(seconds, _BACKOFF_CAP_S))


_kinds: dict[str, Kind] = {}


def job(
    name: str,
    *,
    queue: str = "default",
    lease: timedelta = timedelta(seconds=60),
    max_attempts: int = 5,
    backoff: timedelta = timedelta(seconds=2),
    on_failure: Callable[..., None] | None = None,
    on_cancel: Callable[..., None] | None = None,
    again: dict[str, Any] | None = None,
    waits: tuple[timedelta, ...] = (),
) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Registers a job function. `backoff` doubles per attempt up to an hour; `waits` names the
    pauses instead, and allows one attempt more than there are. `on_failure` gets the job's
    arguments plus `error` inside the transaction that marks the job failed, `on_cancel` the
    arguments in the one that marks it cancelled. A job that is run again after either of them has
    `again` in place of what it was given: what was given back before is not its own any more."""

    def register(function: Callable[..., None]) -> Callable[..., None]:
        most = len(waits) + 1 if waits else max_attempts
        _kinds[name] = Kind(
            name, function, queue, lease, most, backoff, on_failure, waits, on_cancel, again or {}
        )
        return function

    return register


def kinds() -> dict[str, Kind]:
    return dict(_kinds)


def enqueue(
    kind: str,
    *,
    key: str,
    args: dict[str, Any] | None = None,
    owner_id: UUID | str | None = None,
    total: int | None = None,
    retry_of: Job | None = None,
) -> Job:
    """Records a job once per `key`, in the caller's transaction; the existing one otherwise."""
    row = Job(
        kind=kind,
        key=key,
        args=args or {},
        owner_id=owner_id,
        total=total,
        retry_of=retry_of,
        request_id=context.request_id(),
    )
    with transaction.atomic():
        Job.objects.bulk_create([row], ignore_conflicts=True)
        kept = Job.objects.get(key=key)
        if kept.pk == row.pk:
            _nudge_on_commit(kept)
    return kept


def _nudge_on_commit(row: Job) -> None:
    kind = _kinds[row.kind]
    transaction.on_commit(lambda: queue.nudge("core.run_job", row.pk, queue=kind.queue))


class Run:
    """One attempt at a job. `attempt` fences it: a later attempt makes this one's writes void."""

    def __init__(self, row: Job, kind: Kind) -> None:
        self.job_id = row.pk
        self.owner_id = row.owner_id
        self.attempt = row.attempts
        self._lease = kind.lease
        self.finished = False

    def _mine(self) -> models.QuerySet[Job]:
        return Job.objects.filter(pk=self.job_id, state=State.RUNNING, attempts=self.attempt)

    def progress(
        self, *, step: str | None = None, done: int | None = None, total: int | None = None
    ) -> None:
        """Shows where the job is and extends its lease."""
        given = {"step": step, "done": done, "total": total}
        changes = {name: value for name, value in given.items() if value is not None}
        if not self._mine().update(lease_until=Now() + self._lease, **changes):
            raise LeaseLost
        if Job.objects.filter(pk=self.job_id, cancel_requested=True).exists():
            raise Cancelled

    @contextmanager
    def finishing(self, *, result: dict[str, Any] | None = None) -> Iterator[None]:
        """A transaction in which the job's effects and its success commit together."""
        with transaction.atomic():
            if not self._mine().update(
                state=State.SUCCEEDED,
                finished_at=Now(),
                lease_until=None,
                result=result,
                error=None,
            ):
                raise LeaseLost
            yield
        self.finished = True


def run(job_id: UUID | str) -> bool:
    """Claims and runs one job; False where there was nothing to claim."""
    claimed = _claim(job_id)
    if claimed is None:
        return False
    kind = _kinds[claimed.kind]
    with (
        context.bound(request_id=claimed.request_id, job_id=claimed.pk, job_kind=claimed.kind),
        tracing.span(claimed.kind, kind="consumer", job=str(claimed.pk)),
    ):
        if claimed.attempts > kind.max_attempts:
            _fail(claimed, kind, {"code": "attempts-exhausted", "detail": _("It kept failing.")})
        else:
            _attempt(claimed, kind)
    return True


def _claim(job_id: UUID | str) -> Job | None:
    """One statement: whoever's UPDATE matches owns the job until the lease ends."""
    due = models.Q(state=State.QUEUED, run_after__lte=Now()) | models.Q(
        state=State.RUNNING, lease_until__lt=Now()
    )
    row = Job.objects.filter(pk=job_id).only("kind").first()
    if row is None:
        return None
    won = Job.objects.filter(due, pk=job_id).update(
        state=State.RUNNING,
        attempts=models.F("attempts") + 1,
        lease_until=Now() + _kinds[row.kind].lease,
        started_at=Now(),
    )
    return Job.objects.get(pk=job_id) if won else None


def _attempt(row: Job, kind: Kind) -> None:
    this = Run(row, kind)
    try:
        if row.cancel_requested:
            raise Cancelled
        kind.function(this, **row.args)
        if not this.finished:
            with this.finishing():
                pass
    except LeaseLost:
        log.warning("job.lease_lost", attempt=this.attempt)
    except Cancelled:
        _end_cancelled(row, this._mine())
    except _NOT_NOW as error:
        _retry_later(row, kind, error)
    except (DomainError, GatewayError) as error:
        _fail(row, kind, _describe(error))
    except Exception as error:
        # The edge of the worker: an unforeseen error ends this job, visibly, and no other.
        log.exception("job.crashed", attempt=this.attempt)
        _retry_later(row, kind, error)


def _describe(error: Exception) -> dict[str, Any]:
    """With what a domain error names under `problems`, for whoever waits."""
    code = getattr(error, "code", "") or type(error).__name__
    told = {"code": str(code), "detail": str(getattr(error, "detail", "") or error)[:2000]}
    problems = error.extras.get("problems") if isinstance(error, DomainError) else None
    return {**told, "problems": [str(row)[:500] for row in problems[:50]]} if problems else told


def _retry_later(row: Job, kind: Kind, error: Exception) -> None:
    """Not before the provider asked for. Who was held back has not tried: the row is as it was
    before the claim, which no run but this one, which ends here, could take for its own."""
    log.info("job.retry", attempt=row.attempts, error=type(error).__name__)
    held = isinstance(error, GatewayHeld)
    if row.attempts >= kind.max_attempts and not held:
        _fail(row, kind, _describe(error))
        return
    Job.objects.filter(pk=row.pk, state=State.RUNNING, attempts=row.attempts).update(
        state=State.QUEUED,
        attempts=row.attempts - held,
        run_after=Now() + _pause(row, kind, error),
        lease_until=None,
        error=_describe(error),
    )


def _pause(row: Job, kind: Kind, error: Exception) -> timedelta:
    asked_s = error.retry_after_s if isinstance(error, GatewayUnavailable) else None
    if isinstance(error, GatewayHeld):
        return timedelta(seconds=asked_s or 1)
    return max(kind.wait_after(row.attempts), timedelta(seconds=asked_s or 0))


def _fail(row: Job, kind: Kind, error: dict[str, Any]) -> None:
    with transaction.atomic():
        mine = Job.objects.filter(pk=row.pk, state=State.RUNNING, attempts=row.attempts)
        if mine.update(state=State.FAILED, finished_at=Now(), lease_until=None, error=error):
            log.error("job.failed", code=error["code"])
            if kind.on_failure:
                kind.on_failure(error=error, **row.args)


def _end_cancelled(row: Job, found: models.QuerySet[Job]) -> None:
    """Whoever's UPDATE matches has cancelled it, and nobody after them."""
    with transaction.atomic():
        if found.update(state=State.CANCELLED, finished_at=Now(), lease_until=None):
            kind = _kinds.get(row.kind)
            if kind and kind.on_cancel:
                kind.on_cancel(**row.args)


def due() -> models.QuerySet[Job]:
    """Jobs somebody should be running now: queued and due, or abandoned by a dead worker."""
    return Job.objects.filter(
        models.Q(state=State.QUEUED, run_after__lte=Now())
        | models.Q(state=State.RUNNING, lease_until__lt=Now())
    )


def nudge_due(*, limit: int = 500) -> int:
    """The sweep: sends the message again for jobs nobody was told about for a while."""
    long_ago = Now() - settings.JOB_TOLD_AGAIN
    waiting = due().filter(nudged_at__lt=long_ago).order_by("run_after")
    rows = list(waiting.values_list("pk", "kind")[:limit])
    for pk, kind in rows:
        if Job.objects.filter(pk=pk, nudged_at__lt=long_ago).update(nudged_at=Now()):
            queue.nudge("core.run_job", pk, queue=_kinds[kind].queue)
    return len(rows)


def run_due(*, limit: int = 200) -> int:
    """Runs due jobs in this process: for commands, and for tests that need no worker."""
    return sum(
        run(pk) for pk in list(due().order_by("run_after").values_list("pk", flat=True)[:limit])
    )


def cancel(row: Job) -> Job:
    """Stops a queued job at once and a running one at its next progress report."""
    with transaction.atomic():
        _end_cancelled(row, Job.objects.filter(pk=row.pk, state=State.QUEUED))
        Job.objects.filter(pk=row.pk, state=State.RUNNING).update(cancel_requested=True)
    row.refresh_from_db()
    if row.state in {State.SUCCEEDED, State.FAILED}:
        raise Conflict(_("The job has already ended."))
    return row


def retry(row: Job) -> Job:
    """A new job with the same arguments but for its kind's `again`, linked to the first."""
    if row.state not in {State.FAILED, State.CANCELLED}:
        raise Conflict(_("Only a failed or cancelled job can be run again."))
    return enqueue(
        row.kind,
        key=f"{row.key}:retry:{row.pk}",
        args={**row.args, **_kinds[row.kind].again},
        owner_id=row.owner_id,
        total=row.total,
        retry_of=row,
    )
