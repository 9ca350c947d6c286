"""What core's rows say, in figures: what waits, what died, what is promised and broken."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Avg, Count, F, Min, QuerySet
from django.db.models.functions import Now
from django.utils import timezone

from tutorme.core import breaker, metrics
from tutorme.core.metrics import Figure, figures
from tutorme.core.models import InboxMessage, InvariantCheck, Job, OutboxDelivery

_LATELY = timedelta(hours=1)


@figures
def backlog() -> Iterator[Figure]:
    waiting: dict[str, QuerySet[Any]] = {
        "outbox": OutboxDelivery.objects.filter(state="pending"),
        "inbox": InboxMessage.objects.filter(state="received"),
        "jobs": Job.objects.filter(state="queued"),
    }
    for what, rows in waiting.items():
        yield Figure("tutorme_waiting", "Rows that wait for work.", rows.count(), queue=what)
        told = "How long the oldest of them has been due."
        yield Figure("tutorme_waiting_oldest_seconds", told, _age(rows), queue=what)


def _age(rows: QuerySet[Any]) -> float:
    due: datetime | None = rows.aggregate(due=Min("run_after"))["due"]
    return max(0.0, (timezone.now() - due).total_seconds()) if due else 0.0


@figures
def dead() -> Iterator[Figure]:
    told = "Rows that were given up; each waits for a person."
    yield Figure(
        "tutorme_dead", told, OutboxDelivery.objects.filter(state="dead").count(), queue="outbox"
    )
    yield Figure(
        "tutorme_dead", told, InboxMessage.objects.filter(state="dead").count(), queue="inbox"
    )
    yield Figure("tutorme_dead", told, Job.objects.filter(state="failed").count(), queue="jobs")


@figures
def lately() -> Iterator[Figure]:
    """Of the last hour, so that a scrape reads few rows."""
    ended = Job.objects.filter(finished_at__gt=Now() - _LATELY).order_by()
    for row in ended.values("kind", "state").annotate(
        count=Count("pk"), seconds=Avg(F("finished_at") - F("started_at"))
    ):
        labels = {"kind": row["kind"], "state": row["state"]}
        yield Figure("tutorme_jobs_ended_last_hour", "Jobs that ended.", row["count"], **labels)
        if row["seconds"] is not None:
            mean = row["seconds"].total_seconds()
            yield Figure("tutorme_job_mean_seconds", "Their mean run time.", mean, **labels)
    applied = InboxMessage.objects.filter(applied_at__gt=Now() - _LATELY).order_by()
    lags = applied.values_list("provider").annotate(lag=Avg(F("applied_at") - F("received_at")))
    for provider, lag in lags:
        told = "Mean time from a provider's message to its effect, last hour."
        seconds = lag.total_seconds()
        yield Figure("tutorme_webhook_lag_seconds", told, seconds, provider=provider)


@figures
def promises() -> Iterator[Figure]:
    told = "1 where a promise is broken or cannot be looked at."
    for row in InvariantCheck.objects.all():
        broken = float(row.state != InvariantCheck.State.HOLDS)
        yield Figure("tutorme_invariant_broken", told, broken, invariant=row.name)
    oldest = InvariantCheck.objects.aggregate(at=Min("checked_at"))["at"]
    age = (timezone.now() - oldest).total_seconds() if oldest else 0.0
    yield Figure("tutorme_invariants_age_seconds", "Since the oldest look.", age)


@figures
def breakers() -> Iterator[Figure]:
    told = "1 where calls to a provider are refused at once."
    called = {provider for provider, _outcome in metrics.calls()}
    for provider, state in breaker.states(called).items():
        yield Figure("tutorme_breaker_open", told, float(state == "open"), provider=provider)
