"""Celery entry points and jobs of booking."""

from uuid import UUID

from booking.services import free_times, holding, outcomes, refunding, reminders, settling, waitlist
from tutorme.core.jobs import Run, job
from tutorme.core.queue import app


@app.task(name="booking.release_lapsed")
def release_lapsed() -> None:
    holding.sweep()


@app.task(name="booking.roll_free_times")
def roll_free_times() -> None:
    free_times.roll()


@app.task(name="booking.judge_lessons")
def judge_lessons() -> None:
    outcomes.judge_due()


@app.task(name="booking.send_reminders")
def send_reminders() -> None:
    reminders.send_due()


@app.task(name="booking.serve_waitlists")
def serve_waitlists() -> None:
    """What becomes free by itself, as the horizon moves on."""
    waitlist.serve()


@job(settling.REFUND)
def refund(
    run: Run, *, order_id: str, booking_id: str, percent: int, as_credit: bool = False
) -> None:
    refunding.give_back(
        order_id=UUID(order_id),
        booking_id=UUID(booking_id),
        percent=percent,
        as_credit=as_credit,
    )


@job(waitlist.SERVE)
def serve_waitlist(run: Run, *, tutor_id: str) -> None:
    waitlist.serve(tutor_id=UUID(tutor_id))
