"""From a wish to a draft, and what its author decides on the way. Nothing here asks the model.

Lock order: a job's row, then the draft's. Whoever holds a draft never waits for a job.
"""

from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import F

from ai import costs, validating
from ai.errors import AiCeilingReached, DraftInvalid, DraftNotReady
from ai.events import DraftStopped
from ai.gateways import chat
from ai.models import Draft, Material, Node
from ai.services import asking, quotas, steps
from courses.models import Course
from tutorme.core import jobs, outbox
from tutorme.core.errors import NotFound, PreconditionFailed
from tutorme.core.ids import uuid7

State = Draft.State
Brief = dict[str, Any]
_WORKING = ("queued", "generating", "validating")
_OUTLINE = "outline"
# Findings that a second look alone can take away.
SECOND_LOOK = frozenset({Node.UNSOLVED, steps.UNLOOKED, "solve", "concern"})


def begin(
    *,
    author: Any,
    brief: Brief,
    materials: list[dict[str, str]],
    key: str = "",
    course: Course | None = None,
) -> Draft:
    """A draft and the job that writes it. The same key again gives the draft that is there.
    `AiQuotaReached` where today's are used up."""
    chat.require_configured()
    draft = Draft(
        author=author,
        kind=brief["kind"],
        brief=brief,
        key=key or uuid7().hex,
        title=brief["topic"][:120],
        course=course,
        ceiling_micros=_ceiling(),
        estimate_micros=costs.estimate({**brief, "materials": materials}).least_micros,
    )
    with transaction.atomic():
        Draft.objects.bulk_create([draft], ignore_conflicts=True)
        kept = Draft.objects.get(author=author, key=draft.key)
        if kept.pk == draft.pk:
            kept.counted_on = quotas.take(author.pk, quota_kind(kept))
            _add_parts(kept, materials)
            _start(kept)
    return kept


def _ceiling() -> int:
    return int(settings.AI_JOB_CEILING_MICROS)


def quota_kind(draft: Draft) -> str:
    return "course" if draft.kind == Draft.Kind.COURSE else "exercise"


def _add_parts(draft: Draft, materials: list[dict[str, str]]) -> None:
    Material.objects.bulk_create(
        Material(draft=draft, key=f"m{number}", title=row["title"], text=row["text"])
        for number, row in enumerate(materials, start=1)
    )
    if draft.kind == Draft.Kind.COURSE:
        node = Node(key=_OUTLINE, kind=Node.Kind.OUTLINE, title="Outline")
    else:
        node = Node(key="set", kind=Node.Kind.SET, title=draft.title, form=draft.kind)
    node.draft, node.position = draft, 0
    node.save(force_insert=True)


def _start(draft: Draft) -> None:
    """The caller holds the transaction, and the draft's row where it is not new."""
    draft.starts += 1
    draft.state, draft.error = State.QUEUED, ""
    draft.job = jobs.enqueue(
        "ai.write",
        key=f"ai.write:{draft.pk}:{draft.starts}",
        args={"draft_id": str(draft.pk)},
        owner_id=draft.author_id,
        total=draft.nodes.exclude(kind=Node.Kind.OUTLINE).count() or None,
    )
    draft.save()


def go_on(draft_id: UUID) -> None:
    """The work takes longer than a job may: the next one goes on, unless somebody asked this one to
    stop. The caller holds the transaction that ends it."""
    draft = _locked(draft_id)
    if draft.state not in _WORKING:
        return
    if draft.job and draft.job.cancel_requested:
        draft.state = State.STOPPED
        draft.save()
    else:
        _start(draft)


def _locked(draft_id: UUID) -> Draft:
    row = Draft.objects.select_for_update(of=("self",), no_key=True).filter(pk=draft_id).first()
    if row is None:
        raise NotFound
    return row


def _require(draft: Draft, *states: str) -> None:
    if draft.state not in states:
        raise DraftNotReady(state=draft.state)


# The outline -----------------------------------------------------------------------------------


def edit_outline(
    *, draft: Draft, outline: dict[str, Any], actor: Any, revision: int | None
) -> Draft:
    """The author's own outline, held to the same rules as the model's."""
    with transaction.atomic():
        row = _locked(draft.pk)
        _require(row, State.OUTLINE_READY)
        _require_revision(row.revision, revision)
        node = row.nodes.get(kind=Node.Kind.OUTLINE)
        clean, findings = steps.sifted(row, node, [node], outline)
        if clean is None or findings:
            raise DraftInvalid(problems=[finding.text for finding in findings])
        node.previous, node.content, node.findings = node.content, clean, []
        node.state, node.edited_by = Node.State.READY, actor
        node.save()
        row.outline, row.title = clean, clean["title"]
        row.revision += 1
        row.save()
    return row


def _require_revision(current: int, given: int | None) -> None:
    if given is not None and current != given:
        raise PreconditionFailed(current=current)


def estimate(draft: Draft) -> costs.Estimate:
    """Of what is still to be written."""
    rows = [{"text": row.text} for row in draft.materials.all()]
    sections = (draft.outline or {}).get("sections", [])
    lessons = sum(len(section["lessons"]) for section in sections)
    return costs.estimate({**draft.brief, "materials": rows}, lessons or None)


def write_lessons(*, draft: Draft) -> Draft:
    """The outline stands: every lesson and project becomes a node, and the writing begins."""
    chat.require_configured()
    with transaction.atomic():
        row = _locked(draft.pk)
        _require(row, State.OUTLINE_READY)
        _hold_ceiling(row)
        Node.objects.bulk_create(_nodes_of(row))
        row.nodes.filter(kind=Node.Kind.OUTLINE).update(findings=[])
        _start(row)
    return row


def _hold_ceiling(draft: Draft) -> None:
    spent = asking.spent(draft)
    if spent + estimate(draft).least_micros > draft.ceiling_micros:
        raise AiCeilingReached(spent=spent, ceiling=draft.ceiling_micros)


def _nodes_of(draft: Draft) -> list[Node]:
    outline = draft.outline or {}
    rows = [
        Node(key=lesson["key"], kind=Node.Kind.LESSON, title=lesson["title"], form=lesson["type"])
        for section in outline["sections"]
        for lesson in section["lessons"]
    ]
    rows += [
        Node(key=f"p{number}", kind=Node.Kind.PROJECT, title=project["title"], form="exercise")
        for number, project in enumerate(outline["projects"], start=1)
    ]
    for position, row in enumerate(rows, start=1):
        row.draft, row.position = draft, position
    return rows


# Stopping, going on, throwing away -------------------------------------------------------------


def stop(*, draft: Draft) -> None:
    """At the next step. What was written is kept."""
    _require(draft, *_WORKING)
    if draft.job and not draft.job.is_final:
        jobs.cancel(draft.job)
    rows = Draft.objects.filter(pk=draft.pk, state__in=_WORKING, starts=draft.starts)
    rows.update(state=State.STOPPED)


def resume(*, draft: Draft) -> Draft:
    """Goes on at the part that failed. What is written is not written again."""
    chat.require_configured()
    with transaction.atomic():
        row = _locked(draft.pk)
        if not can_resume(row):
            raise DraftNotReady(state=row.state)
        row.nodes.filter(state=Node.State.FAILED).update(state=Node.State.WAITING, tries=0)
        row.ceiling_micros = max(row.ceiling_micros, _ceiling())
        if row.counted_on is None:
            row.counted_on = quotas.take(row.author_id, quota_kind(row))
        _start(row)
    return row


def can_resume(draft: Draft) -> bool:
    if draft.state in {State.FAILED, State.STOPPED}:
        return True
    return draft.is_working and (draft.job is None or draft.job.is_final)


def failed(draft_id: UUID, error: dict[str, Any]) -> None:
    """The job ended for good. The caller holds the transaction; a draft of which nothing came
    costs nothing of the day's allowance."""
    draft = _locked(draft_id)
    if draft.state not in _WORKING or _goes_on(draft):
        return
    draft.state, draft.error = State.FAILED, str(error.get("detail", ""))[:300]
    if not draft.nodes.filter(content__isnull=False).exists():
        _give_back(draft)
    draft.save()
    event = DraftStopped(draft_id=draft.pk, author_id=draft.author_id)
    outbox.record(event, key=f"draft.stopped:{draft.pk}:{draft.starts}")


def _goes_on(draft: Draft) -> bool:
    """Whether it was begun again since: what becomes of the job before is no matter then."""
    return draft.job is not None and not draft.job.is_final


def _give_back(draft: Draft) -> None:
    quotas.give_back(draft.author_id, quota_kind(draft), draft.counted_on)
    draft.counted_on = None


def cancelled(draft_id: UUID) -> None:
    """The job was cancelled, by whomever. The caller holds the transaction; where the model was
    never asked, it costs nothing of the day's allowance."""
    draft = _locked(draft_id)
    if draft.state not in {*_WORKING, State.STOPPED} or _goes_on(draft):
        return
    draft.state = State.STOPPED
    if not draft.runs.exists():
        _give_back(draft)
    draft.save()


def reject(*, draft: Draft) -> Draft:
    """Thrown away. Lessons that were accepted stay where they are."""
    with transaction.atomic():
        row = _locked(draft.pk)
        if row.is_working and not can_resume(row):
            raise DraftNotReady(state=row.state)
        row.state = State.REJECTED
        row.save()
    return row


# One node --------------------------------------------------------------------------------------


def edit_node(
    *, node: Node, content: dict[str, Any], title: str = "", actor: Any, revision: int | None
) -> Node:
    """The author's own words. What a check finds in them stays with the node for them to see, and
    what a second look has not seen is marked so (`services/solving.py`)."""
    with transaction.atomic():
        draft = _locked(node.draft_id)
        row = Node.objects.select_for_update(no_key=True).get(pk=node.pk)
        if not draft.is_open or row.kind == Node.Kind.OUTLINE:
            raise DraftNotReady(state=draft.state)
        _require_revision(row.revision, revision)
        nodes = list(draft.nodes.all())
        clean, findings = steps.sifted(draft, row, nodes, content)
        if clean is None:
            raise DraftInvalid(problems=[finding.text for finding in findings])
        told = [finding.as_json() for finding in findings] + unseen(row, clean)
        row.previous, row.content, row.findings = row.content, clean, told
        row.state = Node.State.NEEDS_HUMAN if told else Node.State.READY
        row.title = (title or row.title)[:120]
        row.edited_by = actor
        row.revision += 1
        row.save()
    return row


def unseen(node: Node, content: dict[str, Any]) -> list[dict[str, str]]:
    """What an edit leaves to be said of the second look: all that it had said where nothing
    changed; else that it was before."""
    if content == node.content:
        return [row for row in node.findings if row["code"] in SECOND_LOOK]
    return unsolved() if asks(content) else []


def asks(content: dict[str, Any]) -> bool:
    return bool(validating.questions_of(content) or validating.exercises_of(content))


def unsolved() -> list[dict[str, str]]:
    return [{"code": Node.UNSOLVED, "at": "", "text": "It was edited, and not solved again."}]


def write_again(*, node: Node, wish: str = "") -> Draft:
    """Another version of one node; `wish` says what should be different. Counts as an exercise of
    the day's allowance."""
    chat.require_configured()
    with transaction.atomic():
        draft = _locked(node.draft_id)
        if not draft.is_whole or node.kind == Node.Kind.OUTLINE:
            raise DraftNotReady(state=draft.state)
        quotas.take(draft.author_id, "exercise")
        findings = [{"code": "wish", "at": "", "text": wish[:500]}] if wish else []
        Node.objects.filter(pk=node.pk).update(
            state=Node.State.WAITING,
            tries=0,
            previous=F("content"),
            findings=findings,
            revision=F("revision") + 1,
        )
        _start(draft)
    return draft
