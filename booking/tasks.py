"""Celery entry points and jobs of booking."""

from typing import Any
from uuid import UUID

from accounts.models import User
from booking import leases
from booking.services import (
    connecting,
    free_times,
    holding,
    importing,
    leaving,
    meetings,
    outcomes,
    refunding,
    reminders,
    securing,
    settling,
    syncing,
    waitlist,
    writing,
)
from tutorme.core.jobs import RetryJob, Run, job
from tutorme.core.queue import app


@app.task(name="booking.release_lapsed")
def release_lapsed() -> None:
    securing.keep_what_is_being_paid()
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


@app.task(name="booking.reconcile_meetings")
def reconcile_meetings() -> None:
    meetings.reconcile()


@app.task(name="booking.reconcile_lessons")
def reconcile_lessons() -> None:
    securing.reconcile()


@job(securing.CONFIRM, max_attempts=10)
def confirm_paid(run: Run, *, order_id: str) -> None:
    securing.confirm(UUID(order_id))


def _fall_back(*, booking_id: str, error: dict[str, Any]) -> None:
    meetings.fall_back(UUID(booking_id), error["code"])


@job(meetings.JOB, max_attempts=7, on_failure=_fall_back)
def follow_meeting(run: Run, *, booking_id: str) -> None:
    try:
        meetings.follow(UUID(booking_id))
    except meetings.NotReady as error:
        raise RetryJob(str(error)) from error


@app.task(name="booking.look_at_calendars")
def look_at_calendars() -> None:
    syncing.want_due()
    syncing.want_channels()
    importing.want_due()
    connecting.close_unseen()


@job(syncing.JOB, max_attempts=6)
def sync_calendar(run: Run, *, connection_id: str) -> None:
    try:
        syncing.sync(UUID(connection_id))
    except syncing.Overtaken as error:
        raise RetryJob("a later state was written down") from error


@job(syncing.WATCH_JOB, max_attempts=3)
def watch_calendar(run: Run, *, connection_id: str) -> None:
    syncing.watch(UUID(connection_id))


def _forget_calendar(*, connection_id: str, error: dict[str, Any]) -> None:
    connecting.forget(UUID(connection_id))


@job("booking.end_calendar", max_attempts=6, on_failure=_forget_calendar)
def end_calendar(run: Run, *, connection_id: str) -> None:
    try:
        connecting.give_back(UUID(connection_id))
    except leases.Busy as busy:
        raise RetryJob("somebody renews its tokens") from busy


@job(writing.JOB, max_attempts=8)
def write_event(run: Run, *, booking_id: str, connection_id: str) -> None:
    try:
        writing.follow(UUID(booking_id), UUID(connection_id))
    except meetings.NotReady as error:
        raise RetryJob(str(error)) from error


@job("booking.read_import", max_attempts=3)
def read_import(run: Run, *, import_id: str) -> None:
    importing.read(UUID(import_id))


@job("booking.call_off_all", max_attempts=12)
def call_off_all(run: Run, *, user_id: str) -> None:
    leaving.call_off_all(User.objects.get(pk=user_id))
