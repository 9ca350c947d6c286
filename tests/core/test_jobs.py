from datetime import timedelta

import pytest
from django.db.models import F
from django.db.models.functions import Now

from tests.core.probe import Switch, ring, rung
from tutorme.core import jobs
from tutorme.core.errors import Conflict, NotFound
from tutorme.core.gateways import GatewayHeld, GatewayUnavailable
from tutorme.core.models import Job

pytestmark = pytest.mark.django_db


def enqueue(**changes) -> Job:
    return jobs.enqueue("test.probe", key=changes.pop("key", "probe"), **changes)


def expire_lease(job: Job) -> None:
    Job.objects.filter(pk=job.pk).update(lease_until=Now() - timedelta(seconds=1))


def test_a_job_runs_once_and_keeps_its_result() -> None:
    def work(run: jobs.Run, *, word: str) -> None:
        with run.finishing(result={"said": word}):
            ring("effect")

    Switch.job = work
    job = enqueue(args={"word": "hello"})
    assert jobs.run(job.pk) is True
    assert jobs.run(job.pk) is False
    job.refresh_from_db()
    assert (job.state, job.result, rung("effect")) == ("succeeded", {"said": "hello"}, 1)


def test_the_same_key_is_the_same_job() -> None:
    assert enqueue().pk == enqueue().pk


def test_a_running_job_is_nobody_elses_until_its_lease_ends() -> None:
    def work(run: jobs.Run) -> None:
        assert jobs.run(run.job_id) is False

    Switch.job = work
    assert jobs.run(enqueue().pk)


def test_a_zombie_wakes_up_and_its_result_does_not_count() -> None:
    job = enqueue()

    def zombie(run: jobs.Run) -> None:
        expire_lease(job)
        Switch.job = heir
        assert jobs.run(job.pk)
        with run.finishing():
            ring("effect")

    def heir(run: jobs.Run) -> None:
        with run.finishing(result={"by": "heir"}):
            ring("effect")

    Switch.job = zombie
    jobs.run(job.pk)
    job.refresh_from_db()
    assert (job.result, rung("effect")) == ({"by": "heir"}, 1)


def test_control_without_the_fence_the_zombies_effect_counts_twice() -> None:
    job = enqueue()

    def unfenced(run: jobs.Run) -> None:
        if Job.objects.get(pk=job.pk).attempts == 1:
            expire_lease(job)
            jobs.run(job.pk)
        ring("effect")

    Switch.job = unfenced
    jobs.run(job.pk)
    assert rung("effect") == 2


def test_a_provider_away_means_later_a_domain_error_means_never() -> None:
    def away(run: jobs.Run) -> None:
        raise GatewayUnavailable("no answer")

    Switch.job = away
    job = enqueue()
    jobs.run(job.pk)
    job.refresh_from_db()
    assert (job.state, job.attempts, (job.error or {})["code"]) == (
        "queued",
        1,
        "GatewayUnavailable",
    )

    def gone(run: jobs.Run) -> None:
        raise NotFound("the lesson")

    Switch.job = gone
    Job.objects.filter(pk=job.pk).update(run_after=Now())
    jobs.run(job.pk)
    job.refresh_from_db()
    assert (job.state, job.error) == ("failed", {"code": "not-found", "detail": "the lesson"})


def run_after_s(job: Job) -> float:
    return Job.objects.filter(pk=job.pk).values_list(F("run_after") - Now(), flat=True).get() / (
        timedelta(seconds=1)
    )


def test_it_is_not_tried_again_before_the_provider_asked_for() -> None:
    def away(run: jobs.Run) -> None:
        raise GatewayUnavailable("busy", retry_after_s=900)

    Switch.job = away
    job = enqueue()
    jobs.run(job.pk)
    assert 800 < run_after_s(job) <= 900


def test_who_was_held_back_has_not_tried() -> None:
    """However often; the control is a provider that was asked and is away."""

    def held(run: jobs.Run) -> None:
        raise GatewayHeld("the limit of calls", retry_after_s=40)

    def away(run: jobs.Run) -> None:
        raise GatewayUnavailable("no answer")

    for function, expected in ((held, ("queued", 0)), (away, ("failed", 3))):
        Switch.job = function
        job = enqueue(key=function.__name__)
        for _ in range(6):
            Job.objects.filter(pk=job.pk).update(run_after=Now())
            jobs.run(job.pk)
        job.refresh_from_db()
        assert (job.state, job.attempts) == expected


def test_a_job_that_kills_its_worker_ends_as_failed() -> None:
    """Nothing is ever reported, only leases run out: three tries, then it is dead."""
    job = enqueue()
    Job.objects.filter(pk=job.pk).update(state="running", attempts=3, lease_until=Now())
    expire_lease(job)
    jobs.run(job.pk)
    job.refresh_from_db()
    assert (job.state, (job.error or {})["code"]) == ("failed", "attempts-exhausted")


def test_control_before_that_it_is_tried_again() -> None:
    """So it is the count of tries that ends it, which is written when a try begins."""
    job = enqueue()
    Switch.job = lambda _run: ring("effect")
    Job.objects.filter(pk=job.pk).update(state="running", attempts=2, lease_until=Now())
    expire_lease(job)
    jobs.run(job.pk)
    job.refresh_from_db()
    assert (job.state, job.attempts, rung("effect")) == ("succeeded", 3, 1)


def test_cancel_stops_a_queued_job_now_and_a_running_one_at_its_next_step() -> None:
    assert jobs.cancel(enqueue(key="queued")).state == "cancelled"
    job = enqueue(key="running")

    def work(run: jobs.Run) -> None:
        run.progress(step="one", done=1, total=2)
        jobs.cancel(Job.objects.get(pk=job.pk))
        run.progress(step="two", done=2)
        ring("effect")

    Switch.job = work
    jobs.run(job.pk)
    job.refresh_from_db()
    assert (job.state, job.done, rung("effect")) == ("cancelled", 2, 0)
    with pytest.raises(Conflict):
        jobs.retry(enqueue(key="fresh"))
    assert jobs.retry(job).retry_of_id == job.pk


def told_when_cancelled() -> list[dict]:
    told: list[dict] = []
    Switch.cancelled = lambda **args: told.append(args)
    return told


def test_a_kind_hears_once_that_a_queued_job_was_cancelled() -> None:
    told, job = told_when_cancelled(), enqueue(args={"paid": True})
    for _ in range(2):
        jobs.cancel(job)
    assert told == [{"paid": True}]
    assert jobs.retry(job).args == {"paid": False}, "what was given back is not its own any more"


def test_a_kind_hears_once_that_a_running_job_was_cancelled() -> None:
    told, job = told_when_cancelled(), enqueue(args={"paid": True})

    def work(run: jobs.Run, **_args: object) -> None:
        jobs.cancel(Job.objects.get(pk=job.pk))
        assert told == [], "it may still end well"
        run.progress(step="next")

    Switch.job = work
    jobs.run(job.pk)
    assert told == [{"paid": True}]
    jobs.cancel(job)
    assert len(told) == 1


def test_what_is_said_of_a_cancelled_job_stands_and_falls_with_it() -> None:
    def breaks(**_args: object) -> None:
        ring("effect")
        raise NotFound

    Switch.cancelled, job = breaks, enqueue()
    with pytest.raises(NotFound):
        jobs.cancel(job)
    job.refresh_from_db()
    assert (job.state, rung("effect")) == ("queued", 0)


def test_the_sweep_finds_what_nobody_was_told_about() -> None:
    job = enqueue()
    assert jobs.nudge_due() == 0
    Job.objects.filter(pk=job.pk).update(nudged_at=Now() - timedelta(minutes=5))
    assert jobs.nudge_due() == 1
    assert jobs.nudge_due() == 0
