"""A part that its author changed is solved once more by somebody who has not seen the key. It
stands beside the draft's own work: the rest stays open, and what the author wrote stays."""

from datetime import date
from uuid import UUID

from django.db import transaction
from django.db.models import F

from ai.errors import DraftNotReady
from ai.gateways import chat
from ai.models import Draft, Node, Run
from ai.services import drafts, quotas, steps
from tutorme.core import jobs
from tutorme.core.errors import NotFound
from tutorme.core.models import Job

State = Node.State
Findings = list[dict[str, str]]


def job_of(node: Node) -> Job | None:
    """The last one that looks at this part, whatever became of it."""
    return Job.objects.filter(key__startswith=_key(node)).order_by("-created_at").first()


def _key(node: Node) -> str:
    return f"ai.solve:{node.pk}:"


def solve(*, node: Node) -> Job:
    """`DraftNotReady` where nothing was changed since it was solved. While a look at this version
    is under way it is that one, and one of the day's allowance."""
    chat.require_configured()
    with transaction.atomic():
        draft = Draft.objects.select_for_update(of=("self",), no_key=True).get(pk=node.draft_id)
        row = Node.objects.select_for_update(no_key=True).filter(pk=node.pk).first()
        if row is None:
            raise NotFound
        if not draft.is_open or not row.is_unsolved:
            raise DraftNotReady(state=row.state)
        last = job_of(row)
        if last and not last.is_final and last.args["revision"] == row.revision:
            return last
        on = quotas.take(draft.author_id, "solve")
        number = Job.objects.filter(key__startswith=_key(row)).count() + 1
        return jobs.enqueue(
            "ai.solve",
            key=f"{_key(row)}{number}",
            args={"node_id": str(row.pk), "revision": row.revision, "on": on.isoformat()},
            owner_id=draft.author_id,
        )


def look(node_id: UUID, revision: int) -> tuple[Findings, Run] | None:
    """What is to be said of this version now; None where it is no longer the one."""
    node = Node.objects.select_related("draft").filter(pk=node_id, revision=revision).first()
    if node is None or node.content is None:
        return None
    nodes = list(node.draft.nodes.order_by("position"))
    _clean, plain = steps.sifted(node.draft, node, nodes, node.content)
    seen, run = steps.second_look(node.draft, node, nodes)
    told = [finding.as_json() for finding in [*plain, *seen]]
    if any(finding.code == steps.UNLOOKED for finding in seen):
        told += drafts.unsolved()
    return told, run


def keep(node_id: UUID, revision: int, told: Findings, run: Run, on: date | None) -> None:
    """The caller holds the transaction that ends the job. Accepted meanwhile it stays accepted; an
    answer of no use is none of the day's."""
    if any(row["code"] == steps.UNLOOKED for row in told):
        not_looked(node_id, on)
    rows = Node.objects.select_for_update(no_key=True)
    row = rows.filter(pk=node_id, revision=revision).first()
    if row is None:
        return
    if row.state != State.ACCEPTED:
        row.state = State.NEEDS_HUMAN if told else State.READY
    row.findings = told
    row.save(update_fields=["state", "findings"])
    spent = {"tokens": F("tokens") + run.tokens, "cost_micros": F("cost_micros") + run.cost_micros}
    Node.objects.filter(pk=row.pk).update(**spent)


def not_looked(node_id: UUID, on: date | None) -> None:
    """The mark stays, and the day's allowance is given back. The caller holds the transaction."""
    node = Node.objects.select_related("draft").filter(pk=node_id).first()
    if node:
        quotas.give_back(node.draft.author_id, "solve", on)
