"""Learners on Graphy: put in, and their completions taken note of."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

import structlog
from django.db import transaction
from django.db.models import F
from django.db.models.functions import Now
from django.utils import timezone

from certificates.gateways import graphy
from certificates.models import ExternalCourse, Learner, LearnerImport
from certificates.services import issuing
from tutorme.core import audit, inbox, jobs
from tutorme.core.gateways import GatewayRejected
from tutorme.core.jobs import Run
from tutorme.core.models import InboxMessage
from tutorme.core.transactions import outside_transaction

log = structlog.get_logger(__name__)

ENROLL, LOOK = "certificates.enroll_learners", "certificates.look_at_graphy"
PROVIDER = "graphy"
State = Learner.State
_WAITING = (State.IMPORTED, State.FAILED)
_BATCH = 50
_MOST_ATTEMPTS = 5


def enqueue_for(batch: LearnerImport) -> None:
    """Jobs for whom the import let in; and messages that waited for them come again. Inside the
    caller's transaction."""
    learners = Learner.objects.filter(lines__batch=batch, state=State.IMPORTED)
    _enqueue(learners.order_by("pk").values_list("pk", flat=True), key=f"{ENROLL}:{batch.pk}")
    waiting = InboxMessage.objects.filter(provider=PROVIDER)
    waiting.filter(state=InboxMessage.State.RECEIVED).update(run_after=Now())
    inbox.retry(waiting.filter(state=InboxMessage.State.DEAD))


def _enqueue(learner_ids: Iterable[UUID], *, key: str, kind: str = ENROLL) -> int:
    """By pieces, so that one job ends well before its time limit."""
    found = list(learner_ids)
    for start in range(0, len(found), _BATCH):
        ids = [str(pk) for pk in found[start : start + _BATCH]]
        jobs.enqueue(kind, key=f"{key}:{start // _BATCH}", args={"learner_ids": ids})
    return len(found)


@outside_transaction
def enroll(run: Run, learner_ids: Sequence[str]) -> None:
    """One after the other; who is in already is not asked for again, so it can be repeated. Where
    Graphy or our own limit says "later", the rest comes later."""
    waiting = Learner.objects.filter(pk__in=learner_ids, state__in=_WAITING)
    for done, learner in enumerate(waiting.select_related("course").order_by("pk")):
        run.progress(done=done, total=len(learner_ids))
        if learner.attempts < _MOST_ATTEMPTS:
            _enroll(learner)


def _enroll(learner: Learner) -> None:
    mine = Learner.objects.filter(pk=learner.pk, state__in=_WAITING)
    try:
        graphy.create_learner(email=learner.email, name=learner.name)
        graphy.assign(email=learner.email, product_id=learner.course.external_id)
    except GatewayRejected as error:
        log.warning("graphy.rejected", learner=str(learner.pk), code=error.code)
        told = str(error)[:300]
        mine.update(state=State.FAILED, attempts=F("attempts") + 1, last_error=told)
    else:
        mine.update(state=State.ENROLLED, enrolled_at=Now(), last_error="")


@transaction.atomic
def complete(*, learner_id: UUID, at: datetime) -> bool:
    """Notes the completion and issues the certificate. Again: nothing, unless the course has a
    new version, which is completed and certified anew."""
    learner = Learner.objects.select_for_update(of=("self",), no_key=True).get(pk=learner_id)
    course = ExternalCourse.objects.get(pk=learner.course_id)
    if learner.completed_version == course.version:
        return False
    learner.state = State.COMPLETED
    # A clock that is ahead of ours does not date a certificate into the future.
    learner.completed_at = min(at, timezone.now())
    learner.completed_version = course.version
    learner.save(update_fields=["state", "completed_at", "completed_version"])
    issuing.issue_learner(learner.pk)
    return True


def learner_of(*, course_id: str, email: str) -> Learner | None:
    rows = Learner.objects.present().filter(course__external_id=course_id, email=email.lower())
    return rows.first()


@outside_transaction
def look(run: Run, learner_ids: Sequence[str]) -> None:
    """Asks Graphy whether they are done, for whose message was lost."""
    rows = Learner.objects.filter(pk__in=learner_ids, state=State.ENROLLED)
    for done, learner in enumerate(rows.select_related("course").order_by("pk")):
        run.progress(done=done, total=len(learner_ids))
        try:
            found = graphy.usage(email=learner.email, product_id=learner.course.external_id)
        except GatewayRejected as error:
            log.warning("graphy.usage_rejected", learner=str(learner.pk), code=error.code)
            continue
        if found.is_completed:
            complete(learner_id=learner.pk, at=found.completed_at or timezone.now())


def reconcile() -> int:
    """Daily: whoever should be on Graphy is put there, and whoever is there is asked about. How
    many were looked at."""
    if not graphy.is_configured():
        return 0
    today = f"{timezone.now():%Y-%m-%d}"
    open_ones = Learner.objects.filter(course__archived_at__isnull=True).order_by("pk")
    with transaction.atomic():
        waiting = open_ones.filter(state__in=_WAITING, attempts__lt=_MOST_ATTEMPTS)
        enrolled = open_ones.filter(state=State.ENROLLED)
        return _enqueue(waiting.values_list("pk", flat=True), key=f"{ENROLL}:{today}") + _enqueue(
            enrolled.values_list("pk", flat=True), key=f"{LOOK}:{today}", kind=LOOK
        )


@transaction.atomic
def try_again(*, learner: Learner, actor_id: UUID) -> None:
    """A failed one, by hand: with all its attempts before it."""
    mine = Learner.objects.filter(pk=learner.pk, state=State.FAILED)
    if mine.update(attempts=0, state=State.IMPORTED, last_error=""):
        audit.record("learner.retried", target=learner, actor_id=actor_id)
        _enqueue([learner.pk], key=f"{ENROLL}:{learner.pk}:{timezone.now().isoformat()}")
