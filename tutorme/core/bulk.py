"""Acts on many rows: up to fifty at once, more as a job that says of every row what became of it.

    @bulk.act("users.restore", _("Restore"), asks=ReasonForm)
    def restore(user: User, by: By) -> None:
        users.set_active(user=user, active=True, actor_id=by.actor_id, reason=by.given["reason"])

What it returns may be a word of the outcome. A domain error refuses that row and leaves the others.
`tutorme.core.bulk_admin` makes an action of the admin of it.
"""

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django import forms
from django.apps import apps
from django.contrib.auth import get_user_model
from django.db import transaction
from django.db.models import Model
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from tutorme.core import jobs
from tutorme.core.errors import DomainError, InvalidInput, NotAllowed, NotFound
from tutorme.core.gateways import GatewayError
from tutorme.core.ids import uuid7
from tutorme.core.jobs import Run
from tutorme.core.models import BulkRow, Job

JOB = "core.act_on_many"
AT_ONCE = 50
_CHUNK = 25
State = BulkRow.State


@dataclass(frozen=True)
class By:
    """Who acts, and what they typed on the page that asked; JSON values."""

    actor_id: UUID
    given: dict[str, Any] = field(default_factory=dict)


Carry = Callable[[Any, By], object]


@dataclass(frozen=True)
class Act:
    """`destroys` shows first what it will reach and how many. `talks` calls a provider, so it
    happens outside a transaction and may happen again after a kill. `permission` is what the actor
    must hold on the rows' model, when they ask and when it is done."""

    name: str
    title: str | Promise
    carry_out: Carry
    asks: type[forms.Form] | None = None
    destroys: bool = False
    talks: bool = False
    permission: str = "change"


@dataclass(frozen=True)
class Outcome:
    target: str
    state: BulkRow.State
    detail: str


_acts: dict[str, Act] = {}


def keep(one: Act) -> Act:
    if one.name in _acts:
        raise ValueError(f"{one.name} is declared twice")
    return _acts.setdefault(one.name, one)


def known() -> dict[str, Act]:
    return dict(_acts)


def as_json(given: dict[str, Any]) -> dict[str, Any]:
    """What a form understood, as a job can keep it: rows by their key, the rest as text."""
    plain = {
        name: str(value.pk) if isinstance(value, Model) else value for name, value in given.items()
    }
    found: dict[str, Any] = json.loads(json.dumps(plain, default=str))
    return found


def at_once(one: Act, rows: Iterable[Model], by: By) -> list[Outcome]:
    return [_outcome(one, row, by) for row in rows]


def _outcome(one: Act, row: Model, by: By) -> Outcome:
    """A row that cannot be done leaves the others, and nothing half done."""
    try:
        if one.talks:
            said = one.carry_out(row, by)
        else:
            with transaction.atomic():
                said = one.carry_out(row, by)
    except DomainError as error:
        return Outcome(str(row), State.REFUSED, _why(error)[:500])
    except GatewayError as error:
        return Outcome(str(row), State.REFUSED, str(error)[:500])
    return Outcome(str(row), State.DONE, said[:500] if isinstance(said, str) else "")


def _why(error: DomainError) -> str:
    """Of what was not valid, what is wrong with each."""
    if isinstance(error, InvalidInput):
        return " ".join(each["detail"] for each in error.extras["errors"])
    return error.detail


def later(one: Act, model: type[Model], pks: list[Any], by: By) -> Job:
    """A job over these rows, each of them written down."""
    args = {"act": one.name, "model": model._meta.label_lower, "given": by.given}
    with transaction.atomic():
        job = jobs.enqueue(
            JOB, key=f"bulk:{uuid7()}", args=args, owner_id=by.actor_id, total=len(pks)
        )
        BulkRow.objects.bulk_create(
            (BulkRow(job=job, target_id=str(pk)) for pk in pks), batch_size=2000
        )
    return job


def carry_on(run: Run, act: str, model: str, given: dict[str, Any]) -> None:
    """What is left of the rows, in the order they were chosen. Begun again after a kill, it goes on
    behind the last row that was written down."""
    one, rows = _acts[act], BulkRow.objects.filter(job_id=run.job_id)
    target = apps.get_model(model)
    by = By(_actor(run, one, target), given)
    _take_over(run)
    while batch := list(rows.filter(state=State.WAITING).order_by("pk")[:_CHUNK]):
        for row in batch:
            _one(one, target, row, by)
        done = rows.exclude(state=State.WAITING).count()
        run.progress(step=str(one.title), done=done, total=rows.count())
    told = {
        state: rows.filter(state=state).count() for state in (str(State.DONE), str(State.REFUSED))
    }
    with run.finishing(result=told):
        pass


def _actor(run: Run, one: Act, model: type[Model]) -> UUID:
    """Whoever asked must still be one who may."""
    actor: Any = get_user_model()._default_manager.filter(pk=run.owner_id).first()
    needed = f"{model._meta.app_label}.{one.permission}_{model._meta.model_name}"
    if actor is None or not actor.is_active or not actor.is_at_desk or not actor.has_perm(needed):
        raise NotAllowed(_("Whoever asked for this may not do it any more."))
    return UUID(str(actor.pk))


def _take_over(run: Run) -> None:
    """A job that is tried again goes on with what its predecessor left or was refused."""
    if BulkRow.objects.filter(job_id=run.job_id).exists():
        return
    before = Job.objects.values_list("retry_of_id", flat=True).get(pk=run.job_id)
    left = BulkRow.objects.filter(job_id=before).exclude(state=State.DONE).order_by("pk")
    BulkRow.objects.bulk_create(
        [BulkRow(job_id=run.job_id, target_id=row.target_id) for row in left],
        batch_size=2000,
        ignore_conflicts=True,
    )


def _one(one: Act, model: type[Model], row: BulkRow, by: By) -> None:
    """The effect and its mark commit together, unless the act talks to a provider."""
    if one.talks:
        _mark(row, _done_to(one, model, row, by))
        return
    with transaction.atomic():
        mine = BulkRow.objects.filter(pk=row.pk, state=State.WAITING)
        if mine.select_for_update(skip_locked=True).first() is not None:
            _mark(row, _done_to(one, model, row, by))


def _done_to(one: Act, model: type[Model], row: BulkRow, by: By) -> Outcome:
    target = model._base_manager.filter(pk=row.target_id).first()
    if target is None:
        return Outcome(row.target_id, State.REFUSED, str(NotFound().detail))
    return _outcome(one, target, by)


def _mark(row: BulkRow, outcome: Outcome) -> None:
    BulkRow.objects.filter(pk=row.pk, state=State.WAITING).update(
        state=outcome.state, detail=outcome.detail
    )
