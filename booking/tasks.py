"""Celery entry points and jobs of booking."""

from uuid import UUID

from booking.services import free_times, holding, refunding
from tutorme.core.jobs import Run, job
from tutorme.core.queue import app


@app.task(name="booking.release_lapsed")
def release_lapsed() -> None:
    holding.sweep()


@app.task(name="booking.roll_free_times")
def roll_free_times() -> None:
    free_times.roll()


@job("booking.refund")
def refund(run: Run, *, order_id: str, booking_id: str, percent: int) -> None:
    refunding.give_back(order_id=UUID(order_id), booking_id=UUID(booking_id), percent=percent)
