"""One draft, one call to the model at a time. Each step commits what it brought before the next
begins, so that whoever comes after a death goes on where it stood.

Steps take a node from the state they found it in: of two workers with the same draft, the one that
lost its lease changes nothing.
"""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.db.models import F

from ai import costs, texts, validating
from ai.events import DraftReady
from ai.gateways.reading import Answer, content_of, titles_in
from ai.models import Draft, Node, Run
from ai.schemas import CHECK, EXERCISES, LESSONS, OUTLINE, PROJECT, QUIZ, Schema
from ai.services.asking import Question, ask
from ai.validating import Finding, Given
from tutorme.core import outbox
from tutorme.core.jobs import Cancelled, LeaseLost

Progress = Callable[..., None]
Content = dict[str, Any]
_UNFINISHED = ("waiting", "written")
# What a second look says of itself where it came to nothing.
UNLOOKED = "check"


def advance(draft_id: UUID, progress: Progress) -> bool:
    """Does the next step of a draft; False where none is left."""
    draft = Draft.objects.get(pk=draft_id)
    if not draft.is_working:
        return False
    nodes = list(draft.nodes.order_by("position"))
    node = next((row for row in nodes if row.state in _UNFINISHED), None)
    if node is None:
        return False
    counted = [row for row in nodes if row.kind != Node.Kind.OUTLINE]
    done = sum(row.is_done for row in counted)
    progress(step=_step(node), done=done, total=len(counted) or None)
    if node.state == Node.State.WRITTEN:
        _show(draft, Draft.State.VALIDATING)
        _check(draft, node, nodes)
    else:
        _show(draft, Draft.State.GENERATING)
        _write(draft, node, nodes, progress)
    return True


def _show(draft: Draft, state: Draft.State) -> None:
    rows = Draft.objects.filter(pk=draft.pk, state__in=("queued", "generating", "validating"))
    rows.update(state=state)


def _step(node: Node) -> str:
    again = f" ({node.tries + 1})" if node.tries else ""
    return f"{node.title}{again}"[:200]


# Writing ---------------------------------------------------------------------------------------


def _write(draft: Draft, node: Node, nodes: list[Node], progress: Progress) -> None:
    given = _given(draft, node, nodes)
    purpose = _purpose(node)
    question = Question(
        purpose=purpose,
        given=given,
        schema=schema_of(node),
        user_id=draft.author_id,
        draft=draft,
        node=node.key,
    )
    heard = _teller(node, progress) if node.kind == Node.Kind.OUTLINE else None
    answer, run = ask(question, heard)
    content, findings = judged(draft, node, nodes, answer)
    _keep_writing(node, run, content, findings)


def _purpose(node: Node) -> str:
    return node.form if node.kind == Node.Kind.SET else node.kind


def schema_of(node: Node) -> Schema:
    if node.kind == Node.Kind.OUTLINE:
        return OUTLINE
    if node.kind == Node.Kind.PROJECT:
        return PROJECT
    if node.kind == Node.Kind.SET:
        return EXERCISES if node.form == "exercise" else QUIZ
    return LESSONS[node.form]


def _teller(node: Node, progress: Progress) -> Callable[[str], None]:
    """Says what has arrived, whenever one title more has. Being cancelled is noticed at the next
    step: a stream is not torn in the middle."""
    told = 0

    def heard(text: str) -> None:
        nonlocal told
        titles = titles_in(text)
        if len(titles) > told:
            told = len(titles)
            try:
                progress(step=f"{node.title}: {told} · {texts.plain(titles[-1])}"[:200])
            except (Cancelled, LeaseLost):
                return

    return heard


def _given(draft: Draft, node: Node, nodes: list[Node]) -> Content:
    given = {**draft.brief, "materials": _materials(draft), "findings": _texts(node.findings)}
    if node.kind == Node.Kind.LESSON:
        given |= {"lesson": _entry(draft, node.key), "before": _before(node, nodes)}
    if node.kind == Node.Kind.PROJECT:
        given |= {"project": _project(draft, node)}
    if node.kind in {Node.Kind.LESSON, Node.Kind.PROJECT}:
        given |= {"outline": draft.outline}
    return given


def _materials(draft: Draft) -> list[dict[str, str]]:
    rows = draft.materials.order_by("key")
    return [{"id": row.key, "title": row.title, "text": row.text} for row in rows]


def _texts(findings: list[dict[str, str]]) -> list[str]:
    return [row["text"] for row in findings]


def _entry(draft: Draft, key: str) -> Content:
    rows = validating.lessons_of(draft.outline or {"sections": []})
    return next(row for row in rows if row["key"] == key)


def _project(draft: Draft, node: Node) -> Content:
    projects = (draft.outline or {})["projects"]
    return dict(projects[int(node.key.removeprefix("p")) - 1])


def _before(node: Node, nodes: list[Node]) -> str:
    """The text right before this lesson, so that one leads to the next."""
    bodies = [
        str(row.content["body_md"])
        for row in nodes
        if row.position < node.position and row.content and "body_md" in row.content
    ]
    return "\n\n".join(bodies[-2:])[-6000:]


def judged(
    draft: Draft, node: Node, nodes: list[Node], answer: Answer
) -> tuple[Content | None, list[Finding]]:
    """What may be kept of an answer, and what is wrong with it. None where its shape is."""
    if answer.content is None:
        return None, [Finding("schema", "", text) for text in answer.problems]
    return sifted(draft, node, nodes, answer.content)


def sifted(
    draft: Draft, node: Node, nodes: list[Node], content: Content
) -> tuple[Content | None, list[Finding]]:
    """Cleaned of what may not be stored, then looked at. An author's edit goes through it too."""
    given = rules_for(draft, node, nodes)
    allowed = texts.addresses_in(" ".join([*given.materials.values(), str(draft.brief)]))
    clean, problems = _checked(texts.cleaned(content, allowed), schema_of(node))
    if clean is None:
        return None, [Finding("schema", "", text) for text in problems]
    judge = validating.of_outline if node.kind == Node.Kind.OUTLINE else validating.of_content
    return clean, judge(clean, given)


def _checked(content: Content, schema: Schema) -> tuple[Content | None, tuple[str, ...]]:
    """Cleaning may have emptied what had to say something."""
    return content_of(texts.as_json(content), schema)


def rules_for(draft: Draft, node: Node, nodes: list[Node]) -> Given:
    asked = tuple(
        question["prompt_md"]
        for row in nodes
        if row.pk != node.pk and row.content and row.kind != Node.Kind.OUTLINE
        for question in validating.questions_of(row.content)
    )
    materials = {row.key: row.text for row in draft.materials.all()}
    return Given(draft.brief["language"], materials, asked)


def _keep_writing(node: Node, run: Run, content: Content | None, findings: list[Finding]) -> None:
    tries = node.tries + 1
    last = tries >= costs.TRIES
    if content is None:
        state = Node.State.FAILED if last and node.content is None else Node.State.WAITING
        state = Node.State.NEEDS_HUMAN if last and node.content is not None else state
    elif findings:
        state = Node.State.NEEDS_HUMAN if last else Node.State.WAITING
    else:
        state = Node.State.READY if node.kind == Node.Kind.OUTLINE else Node.State.WRITTEN
    changes: dict[str, Any] = {"findings": [row.as_json() for row in findings], "tries": tries}
    if content is not None:
        # The model's words again, whoever had edited those before.
        changes |= {"content": content, "edited_by": None}
    _commit(node, run, state, changes)


def _commit(node: Node, run: Run, state: Node.State, changes: dict[str, Any]) -> None:
    """Only from where the step began."""
    rows = Node.objects.filter(
        pk=node.pk, state=node.state, tries=node.tries, revision=node.revision
    )
    rows.update(
        state=state,
        model=run.model,
        prompt=run.prompt if run.purpose != Run.Purpose.CHECK else node.prompt,
        tokens=F("tokens") + run.tokens,
        cost_micros=F("cost_micros") + run.cost_micros,
        **changes,
    )


# The second look -------------------------------------------------------------------------------


def _check(draft: Draft, node: Node, nodes: list[Node]) -> None:
    findings, run = second_look(draft, node, nodes)
    if not findings:
        state = Node.State.READY
    elif node.tries < costs.TRIES:
        state = Node.State.WAITING
    else:
        state = Node.State.NEEDS_HUMAN
    _commit(node, run, state, {"findings": [row.as_json() for row in findings]})


def second_look(draft: Draft, node: Node, nodes: list[Node]) -> tuple[list[Finding], Run]:
    """Somebody who has not seen the key solves the questions and reads the text."""
    content = node.content or {}
    given = {
        "language": draft.brief["language"],
        "body_md": content.get("body_md", ""),
        "before": _before(node, nodes) or _lesson_text(draft),
        "questions": [_unkeyed(question) for question in validating.questions_of(content)],
        "exercises": [row["prompt_md"] for row in validating.exercises_of(content)],
    }
    answer, run = ask(Question("check", given, CHECK, draft.author_id, draft, node.key))
    if answer.content is None:
        return [Finding(UNLOOKED, "", "The second look gave no usable answer.")], run
    return validating.of_solution(content, answer.content), run


def _lesson_text(draft: Draft) -> str:
    return str((draft.brief.get("lesson") or {}).get("text", ""))[-6000:]


def _unkeyed(question: Content) -> Content:
    """Without anything that says which answer is right: not even the order they came in."""
    options = [{"key": row["key"], "text": row["text"]} for row in question["options"]]
    shown: Content = {
        "key": question["key"],
        "type": question["type"],
        "prompt_md": question["prompt_md"],
        "options": sorted(options, key=lambda row: row["text"]),
    }
    if question["type"] == "match":
        shown["rights"] = sorted(question["accept"])
        shown["options"] = options
    return shown


# The end ---------------------------------------------------------------------------------------


def finish(draft_id: UUID) -> None:
    """Where all steps are done. The caller holds the transaction that ends the job."""
    draft = Draft.objects.select_for_update(no_key=True).get(pk=draft_id)
    if not draft.is_working or draft.nodes.filter(state__in=_UNFINISHED).exists():
        return
    outline = draft.nodes.filter(kind=Node.Kind.OUTLINE).first()
    if outline and draft.outline is None:
        _finish_outline(draft, outline)
    else:
        draft.state = Draft.State.DRAFT_READY
        _say(draft, "lessons")
    draft.save(update_fields=["state", "outline", "title", "error", "updated_at"])


def _finish_outline(draft: Draft, outline: Node) -> None:
    if outline.content is None:
        draft.state = Draft.State.FAILED
        draft.error = " ".join(_texts(outline.findings))[:300]
        return
    draft.outline = outline.content
    draft.title = outline.content["title"]
    draft.state = Draft.State.OUTLINE_READY
    _say(draft, "outline")


def _say(draft: Draft, stage: str) -> None:
    draft.error = ""
    event = DraftReady(draft_id=draft.pk, author_id=draft.author_id, stage=stage)
    outbox.record(event, key=f"draft.prepared:{draft.pk}:{stage}:{draft.starts}")
