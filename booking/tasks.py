"""Celery entry points and jobs of booking."""

from typing import Any
from uuid import UUID

from booking.services import free_times, holding, meetings, refunding
from tutorme.core.jobs import RetryJob, Run, job
from tutorme.core.queue import app


@app.task(name="booking.release_lapsed")
def release_lapsed() -> None:
    holding.sweep()


@app.task(name="booking.roll_free_times")
def roll_free_times() -> None:
    free_times.roll()


@app.task(name="booking.reconcile_meetings")
def reconcile_meetings() -> None:
    meetings.reconcile()


def _fall_back(*, booking_id: str, error: dict[str, Any]) -> None:
    meetings.fall_back(UUID(booking_id), error["code"])


@job(meetings.JOB, max_attempts=7, on_failure=_fall_back)
def follow_meeting(run: Run, *, booking_id: str) -> None:
    try:
        meetings.follow(UUID(booking_id))
    except meetings.NotReady as error:
        raise RetryJob(str(error)) from error


@job("booking.refund")
def refund(run: Run, *, order_id: str, booking_id: str, percent: int) -> None:
    refunding.give_back(order_id=UUID(order_id), booking_id=UUID(booking_id), percent=percent)
