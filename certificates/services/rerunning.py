"""A list of learners whose work stopped is taken up again by hand, from where it stands."""

from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from certificates.models import LearnerImport
from certificates.services import imports
from tutorme.core import audit, jobs
from tutorme.core.errors import Conflict, NotAllowed
from tutorme.core.ids import uuid7
from tutorme.core.models import Job
from tutorme.core.transactions import constraints

State = LearnerImport.State
_WORK = {
    State.REFUSED: imports.CHECK,
    State.COMMITTING: imports.COMMIT,
    State.UNDOING: imports.UNDO,
}
_ONCE = {"learner_import_once": Conflict(_("The same list is here again already."))}


def run_again(*, batch: LearnerImport, actor_id: UUID) -> Job:
    """A refused list is read again, as long as its file is kept; one that stopped half way goes on
    behind the last piece that was done. `NotAllowed` where nothing has stopped."""
    with constraints(_ONCE), transaction.atomic():
        rows = LearnerImport.objects.select_related("job")
        row = rows.select_for_update(of=("self",), no_key=True).get(pk=batch.pk)
        kind = _WORK.get(State(row.state))
        if kind is None or not row.storage_key or (row.job and not row.job.is_final):
            raise NotAllowed(_("No part of it has stopped, or its file is gone."))
        if row.state == State.REFUSED:
            rows.filter(pk=row.pk).update(state=State.CHECKING, problem=None)
        job = jobs.enqueue(
            kind,
            key=f"{kind}:{row.pk}:{uuid7()}",
            args={"import_id": str(row.pk)},
            owner_id=row.created_by_id,
            total=row.good_rows or None,
            retry_of=row.job,
        )
        LearnerImport.objects.filter(pk=row.pk).update(job=job)
        audit.record("learner_import.run_again", target=row, actor_id=actor_id)
    return job
