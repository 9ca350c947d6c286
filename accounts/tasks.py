"""Work of the accounts outside a request."""

from datetime import timedelta
from uuid import UUID

from accounts.models import Deletion
from accounts.services import codes, erased, erasure, export, profiles, sessions
from tutorme.core.jobs import Run, job
from tutorme.core.queue import app


@app.task(name="accounts.purge")
def purge() -> None:
    profiles.forget_held_names()
    codes.purge()
    sessions.purge()
    export.drop_expired()


@app.task(name="accounts.carry_out_deletions")
def carry_out_deletions() -> None:
    erasure.carry_out_due()


@job(export.JOB, lease=timedelta(minutes=5))
def make_export(run: Run, *, user_id: str) -> None:
    export.make(run, UUID(user_id))


@job(erasure.JOB, lease=timedelta(minutes=5), max_attempts=12)
def erase(run: Run, *, deletion_id: str) -> None:
    erased.note(Deletion.objects.get(pk=UUID(deletion_id)))
    with run.finishing():
        erasure.erase(UUID(deletion_id))
