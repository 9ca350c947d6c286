"""What must always be true, looked at while the system runs.

    @invariants.holds("points-equal-ledger", _("Points are the sum of their ledger."))
    def points() -> Iterator[str]:
        yield "user 0198…: 120 points, ledger 110"

Apps declare theirs in `<app>/invariants.py`. A promise reads only and yields whatever breaks it;
`check_all` keeps what was found, for the admin, the metrics and the alarm rules.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from itertools import islice

import structlog
from django.db import DatabaseError, connection, transaction
from django.db.models import Q
from django.db.models.functions import Coalesce, Now
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from tutorme.core import jobs
from tutorme.core.models import InboxMessage, InvariantCheck, OutboxDelivery

log = structlog.get_logger(__name__)

Find = Callable[[], Iterator[str]]
State = InvariantCheck.State
_MOST_NAMED = 20
STUCK = timedelta(minutes=10)
_LONGEST_MS = 30_000


@dataclass(frozen=True)
class Invariant:
    name: str
    says: str | Promise
    find: Find


_known: dict[str, Invariant] = {}


def holds(name: str, says: str | Promise) -> Callable[[Find], Find]:
    def register(find: Find) -> Find:
        _known[name] = Invariant(name, says, find)
        return find

    return register


def known() -> dict[str, Invariant]:
    return dict(sorted(_known.items()))


def check_all() -> dict[str, list[str]]:
    """Looks at every promise and keeps what was found; returns the broken ones' offenders."""
    found = {name: _look(row) for name, row in known().items()}
    InvariantCheck.objects.exclude(name__in=found).delete()
    return {name: offenders for name, offenders in found.items() if offenders}


def _look(invariant: Invariant) -> list[str]:
    try:
        offenders = _offenders(invariant)
    except DatabaseError as error:
        log.exception("invariant.unknown", invariant=invariant.name)
        _keep(invariant.name, State.UNKNOWN, [type(error).__name__])
        return []
    _keep(invariant.name, State.BROKEN if offenders else State.HOLDS, offenders)
    if offenders:
        log.error("invariant.broken", invariant=invariant.name, offenders=offenders[:5])
    return offenders


def _offenders(invariant: Invariant) -> list[str]:
    """One look at the rows as they stand at one moment, and not for ever."""
    with transaction.atomic():
        if not connection.savepoint_ids:
            _at_one_moment()
        return list(islice(invariant.find(), _MOST_NAMED))


def _at_one_moment() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        cursor.execute(f"SET LOCAL statement_timeout = {_LONGEST_MS}")


def _keep(name: str, state: State, offenders: list[str]) -> None:
    kept = {"state": state, "offenders": offenders, "checked_at": Now()}
    since = {State.HOLDS: None, State.BROKEN: Coalesce("broken_since", Now())}
    changes = {**kept, "broken_since": since[state]} if state in since else kept
    if InvariantCheck.objects.filter(name=name).update(**changes):
        return
    first = {**kept, "broken_since": Now() if state == State.BROKEN else None}
    InvariantCheck.objects.bulk_create([InvariantCheck(name=name, **first)], ignore_conflicts=True)


@holds("outbox-flows", _("What happened is told to everybody it concerns within ten minutes."))
def _outbox() -> Iterator[str]:
    late = Q(state="pending", event__created_at__lt=Now() - STUCK, run_after__lt=Now() - STUCK)
    rows = OutboxDelivery.objects.filter(late | Q(state="dead")).select_related("event")
    for row in rows.order_by("pk")[:_MOST_NAMED]:
        yield f"{row.event.name} for {row.handler}: {row.state} since {row.event.created_at:%F %T}"


@holds("webhooks-are-applied", _("Every message of a provider ends applied."))
def _inbox() -> Iterator[str]:
    late = Q(state="received", run_after__lt=Now() - STUCK)
    for row in InboxMessage.objects.filter(late | Q(state="dead")).order_by("pk")[:_MOST_NAMED]:
        yield f"{row.provider} {row.kind} {row.delivery_id}: {row.state}"


@holds("jobs-move", _("No job waits or hangs longer than ten minutes past its time."))
def _jobs() -> Iterator[str]:
    late = Q(run_after__lt=Now() - STUCK) & Q(
        Q(lease_until=None) | Q(lease_until__lt=Now() - STUCK)
    )
    for row in jobs.due().filter(late).order_by("run_after")[:_MOST_NAMED]:
        yield f"{row.kind} {row.pk}: {row.state}, due {row.run_after:%F %T}"
