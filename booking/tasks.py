"""Celery entry points and jobs of booking."""

from uuid import UUID

from accounts.models import User
from booking.services import free_times, holding, leaving, refunding
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


@job("booking.call_off_all", max_attempts=12)
def call_off_all(run: Run, *, user_id: str) -> None:
    leaving.call_off_all(User.objects.get(pk=user_id))
