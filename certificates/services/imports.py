"""Lists of learners on their way in: staged, checked, committed, taken back.

Each step is a job that may be killed at any line and started again: checking writes all rows or
none; committing and undoing go by pieces, each a transaction that also says which rows are done.
"""

import hashlib
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models.functions import Now
from django.utils import timezone

from certificates import learner_lists
from certificates.errors import (
    ImportHasErrors,
    ImportNotReady,
    ListTooLong,
    ListUnreadable,
    UndoTooLate,
)
from certificates.events import LearnersImported
from certificates.models import ExternalCourse, ImportRow, Learner, LearnerImport, Organization
from certificates.services import enrolling, staging
from tutorme.core import audit, each_row, jobs, outbox
from tutorme.core.files import blobs
from tutorme.core.ids import uuid7
from tutorme.core.jobs import Run

CHECK, COMMIT, UNDO = (f"certificates.{name}_import" for name in ("check", "commit", "undo"))
UNDO_WITHIN = timedelta(hours=24)
KEPT_FOR = timedelta(days=30)
_PIECE = 500
State, Outcome = LearnerImport.State, ImportRow.Outcome
_OPEN = (State.CHECKING, State.CHECKED, State.COMMITTING, State.COMMITTED)


def start(
    *,
    course: ExternalCourse,
    organization: Organization | None,
    actor_id: UUID,
    data: bytes,
    encoding: str = "",
    delimiter: str = "",
) -> LearnerImport:
    """Keeps the file and checks it in the background. The same file for the same course again is
    the same import, as long as that one is open or in force."""
    if len(data) > learner_lists.MOST_BYTES:
        raise ListTooLong(most_bytes=learner_lists.MOST_BYTES, most_rows=settings.MAX_CSV_ROWS)
    digest = hashlib.sha256(data).hexdigest()
    key = f"learner-lists/{digest[:2]}/{digest}.csv"
    blobs.write(key, [data])
    row = LearnerImport(
        id=uuid7(),
        course=course,
        organization=organization,
        created_by_id=actor_id,
        sha256=digest,
        storage_key=key,
        encoding=encoding,
        delimiter=delimiter,
    )
    with transaction.atomic():
        _discard_misread(row)
        LearnerImport.objects.bulk_create([row], ignore_conflicts=True)
        kept = LearnerImport.objects.get(
            course=course, organization=organization, sha256=digest, state__in=_OPEN
        )
        if kept.pk == row.pk:
            _enqueue(kept, CHECK, actor_id)
            audit.record(
                "learner_import.started",
                target=kept,
                actor_id=actor_id,
                after={"course": course.external_id, "sha256": digest},
            )
    return kept


def _discard_misread(row: LearnerImport) -> None:
    """The same file again, to be read in another way, takes the place of the one that waits."""
    same_file = LearnerImport.objects.select_for_update(no_key=True).filter(
        course=row.course, organization=row.organization, sha256=row.sha256, state=State.CHECKED
    )
    for batch in same_file:
        said = (row.encoding or batch.encoding, row.delimiter or batch.delimiter)
        if said != (batch.encoding, batch.delimiter):
            discard(batch=batch, actor_id=row.created_by_id)


def _enqueue(batch: LearnerImport, kind: str, owner_id: UUID | None) -> None:
    job = jobs.enqueue(
        kind,
        key=f"{kind}:{batch.pk}",
        args={"import_id": str(batch.pk)},
        owner_id=owner_id,
        total=batch.good_rows or None,
    )
    LearnerImport.objects.filter(pk=batch.pk).update(job=job)
    batch.job = job


def check(run: Run, import_id: UUID) -> None:
    """Reads the file and stages its rows with what is wrong with each."""
    batch = LearnerImport.objects.select_related("organization").get(pk=import_id)
    try:
        table = learner_lists.read(
            blobs.path_of(batch.storage_key).read_bytes(),
            encoding=batch.encoding,
            delimiter=batch.delimiter,
            most_rows=settings.MAX_CSV_ROWS,
        )
    except ListUnreadable as error:
        with run.finishing(result={"import_id": str(import_id), "state": State.REFUSED}):
            _refuse(batch, error)
        return
    rows = staging.staged(batch, table.lines)
    counts = staging.counted(rows)
    with run.finishing(result={"import_id": str(import_id), **counts}):
        if _move(batch.pk, State.CHECKING, State.CHECKED, **counts, **_found(table)):
            ImportRow.objects.bulk_create(rows, batch_size=1000)


def _found(table: learner_lists.Table) -> dict[str, str]:
    return {"encoding": table.encoding, "delimiter": table.delimiter}


def _refuse(batch: LearnerImport, error: ListUnreadable) -> None:
    problem = {"code": error.extras["reason"], "detail": error.detail}
    _move(batch.pk, State.CHECKING, State.REFUSED, problem=problem)


def _move(import_id: UUID, before: str, after: str, **changes: Any) -> bool:
    held = LearnerImport.objects.filter(pk=import_id, state=before)
    return bool(held.update(state=after, **changes))


@transaction.atomic
def commit(*, batch: LearnerImport, actor_id: UUID, valid_rows_only: bool) -> LearnerImport:
    """Lets the checked rows in, in the background. Asked again: the same."""
    row = LearnerImport.objects.select_for_update(no_key=True).get(pk=batch.pk)
    if row.state in {State.COMMITTING, State.COMMITTED}:
        return row
    if row.state != State.CHECKED or not (row.good_rows or row.known_rows):
        raise ImportNotReady(state=row.state)
    if row.bad_rows and not valid_rows_only:
        raise ImportHasErrors(bad_rows=row.bad_rows)
    row.state = State.COMMITTING
    row.save(update_fields=["state"])
    _enqueue(row, COMMIT, actor_id)
    audit.record(
        "learner_import.committed",
        target=row,
        actor_id=actor_id,
        after={"good": row.good_rows, "bad": row.bad_rows},
    )
    return row


def let_in(run: Run, import_id: UUID) -> None:
    batch = LearnerImport.objects.get(pk=import_id)
    done = batch.lines.filter(outcome=Outcome.COMMITTED).count()
    while piece := list(batch.lines.filter(outcome=Outcome.GOOD).order_by("line")[:_PIECE]):
        run.progress(done=done)
        with transaction.atomic():
            _let_in(batch, piece)
        done += len(piece)
    with run.finishing(result={"import_id": str(import_id), "learners": done}):
        if _move(batch.pk, State.COMMITTING, State.COMMITTED, committed_at=Now()):
            outbox.record(LearnersImported(batch.pk), key=f"learners.imported:{batch.pk}")
            enrolling.enqueue_for(batch)


def _let_in(batch: LearnerImport, piece: list[ImportRow]) -> None:
    """Whoever was let in by another list meanwhile is known, or in conflict; never there twice."""
    Learner.objects.bulk_create(
        [
            Learner(  # type: ignore[misc]
                course_id=batch.course_id,
                organization_id=row.organization_id,
                name=row.name,
                email=row.email,
            )
            # In one order everywhere: two lists with the same people do not wait in a ring.
            for row in sorted(piece, key=lambda row: row.email)
        ],
        ignore_conflicts=True,
    )
    there = staging.present(batch.course_id, [row.email for row in piece])
    ours = set(
        ImportRow.objects.filter(learner__in=[one.pk for one in there.values()])
        .exclude(batch=batch)
        .values_list("learner_id", flat=True)
    )
    for row in piece:
        staging.settle(row, there[row.email], is_anothers=there[row.email].pk in ours)
    each_row.update(piece, ["outcome", "learner", "problem", "column"])


@transaction.atomic
def discard(*, batch: LearnerImport, actor_id: UUID | None) -> None:
    """Before its commit: nothing was written but the staged rows, which go."""
    row = LearnerImport.objects.select_for_update(no_key=True).get(pk=batch.pk)
    if row.state not in {State.CHECKED, State.REFUSED}:
        raise ImportNotReady(state=row.state)
    row.lines.all().delete()
    LearnerImport.objects.filter(pk=row.pk).update(state=State.DISCARDED)
    audit.record("learner_import.discarded", target=row, actor_id=actor_id)


@transaction.atomic
def undo(*, batch: LearnerImport, actor_id: UUID) -> LearnerImport:
    """Within 24 hours of its commit: withdraws whom it let in, but who completed meanwhile."""
    row = LearnerImport.objects.select_for_update(no_key=True).get(pk=batch.pk)
    if row.state in {State.UNDOING, State.UNDONE}:
        return row
    if row.state != State.COMMITTED or row.committed_at is None:
        raise ImportNotReady(state=row.state)
    if timezone.now() > row.committed_at + UNDO_WITHIN:
        raise UndoTooLate
    row.state = State.UNDOING
    row.save(update_fields=["state"])
    _enqueue(row, UNDO, actor_id)
    audit.record("learner_import.undone", target=row, actor_id=actor_id)
    return row


def take_back(run: Run, import_id: UUID) -> None:
    batch = LearnerImport.objects.get(pk=import_id)
    done = 0
    while piece := list(batch.lines.filter(outcome=Outcome.COMMITTED).order_by("line")[:_PIECE]):
        run.progress(done=done)
        with transaction.atomic():
            learners = Learner.objects.filter(pk__in=[row.learner_id for row in piece])
            learners.exclude(state=Learner.State.COMPLETED).update(state=Learner.State.WITHDRAWN)
            batch.lines.filter(pk__in=[row.pk for row in piece]).update(outcome=Outcome.UNDONE)
        done += len(piece)
    with run.finishing(result={"import_id": str(import_id), "rows": done}):
        _move(batch.pk, State.UNDOING, State.UNDONE, undone_at=Now())


def give_up(*, import_id: str, error: dict[str, str]) -> None:
    """The check could not be carried out at all. The caller holds the transaction."""
    _move(UUID(import_id), State.CHECKING, State.REFUSED, problem=error)


def forget_old() -> int:
    """Staged rows and files go once nothing can be done with them any more. How many imports."""
    old = LearnerImport.objects.filter(created_at__lt=timezone.now() - KEPT_FOR)
    gone = 0
    for batch in old.exclude(storage_key="")[:200]:
        in_use = LearnerImport.objects.filter(storage_key=batch.storage_key).exclude(pk=batch.pk)
        with transaction.atomic():
            batch.lines.all().delete()
            LearnerImport.objects.filter(pk=batch.pk).update(storage_key="")
        if not in_use.exists():
            blobs.remove(batch.storage_key)
        gone += 1
    return gone
