"""Celery entry points and jobs of video."""

from datetime import timedelta
from uuid import UUID

from tutorme.core.jobs import Run, job
from tutorme.core.queue import app
from video.services import at_twilio, presence, rooms, signals


@app.task(name="video.sweep_presence")
def sweep_presence() -> None:
    presence.sweep()


@app.task(name="video.close_rooms")
def close_rooms() -> None:
    rooms.sweep()


@app.task(name="video.purge_signals")
def purge_signals() -> None:
    signals.purge()


@job("video.hang_up", max_attempts=8)
def hang_up(run: Run, *, provider_room: str) -> None:
    at_twilio.hang_up(provider_room=provider_room)


@job("video.tape", max_attempts=8, backoff=timedelta(seconds=1))
def tape(run: Run, *, room_id: str) -> None:
    at_twilio.tape(room_id=UUID(room_id))


@job("video.put_out", max_attempts=8, backoff=timedelta(seconds=1))
def put_out(run: Run, *, member_id: str) -> None:
    at_twilio.put_out(member_id=UUID(member_id))


@job("video.delete_recording", max_attempts=12)
def delete_recording(run: Run, *, recording_id: str) -> None:
    at_twilio.delete_recording(recording_id=UUID(recording_id))
