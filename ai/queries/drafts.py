"""A draft as its author reads it, on pages and through the API."""

import difflib
import json
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import yaml

from ai import lessons
from ai.models import Draft, Node
from courses.models import LessonDraft
from tutorme.core.prepared import first, prepared
from tutorme.core.row_security import as_system

_NODE = (
    *("key", "kind", "form", "title", "position", "state", "findings", "tries", "revision"),
    *("model", "prompt", "tokens", "cost_micros", "ai_generated", "approved_at", "lesson_id"),
)


@dataclass(frozen=True)
class Line:
    """`kind` is same, added or removed."""

    kind: str
    text: str


def summary(draft: Draft, spent: int) -> dict[str, Any]:
    return {
        "id": draft.pk,
        "kind": draft.kind,
        "state": draft.state,
        "title": draft.title,
        "error": draft.error,
        "course": draft.course_id,
        "job": draft.job_id,
        "revision": draft.revision,
        "estimate_micros": draft.estimate_micros,
        "spent_micros": spent,
        "ceiling_micros": draft.ceiling_micros,
        "created_at": draft.created_at,
    }


def detail(draft: Draft, spent: int) -> dict[str, Any]:
    nodes = draft.nodes.select_related("edited_by", "approved_by").order_by("position")
    return {
        **summary(draft, spent),
        "brief": draft.brief,
        "outline": draft.outline,
        "nodes": [node_shape(row) for row in nodes],
    }


def node_shape(node: Node) -> dict[str, Any]:
    return {
        **{name: getattr(node, name) for name in _NODE},
        "edited_by": node.edited_by.display_name if node.edited_by else None,
        "approved_by": node.approved_by.display_name if node.approved_by else None,
    }


def node_detail(node: Node) -> dict[str, Any]:
    lines = [{"kind": line.kind, "text": line.text} for line in difference(node)]
    return {**node_shape(node), "content": node.content, "difference": lines}


def difference(node: Node) -> list[Line]:
    """Between the course's draft, or the version before, and what is here now. Empty where there
    is nothing to compare with, or nothing differs."""
    before = text_before(node)
    if node.content is None or not before:
        return []
    after = text_of(lessons.parts_of(node))
    rows = [
        Line(_KINDS[row[:2]], row[2:])
        for row in difflib.ndiff(before.splitlines(), after.splitlines())
        if row[:2] in _KINDS
    ]
    return rows if any(row.kind != "same" for row in rows) else []


_KINDS = {"  ": "same", "+ ": "added", "- ": "removed"}


def text_before(node: Node) -> str:
    draft = LessonDraft.objects.filter(pk=node.lesson_id).first() if node.lesson_id else None
    if draft:
        return text_of({"body": draft.body, "data": draft.data})
    if node.previous is None or node.kind == Node.Kind.OUTLINE:
        return ""
    earlier = Node(kind=node.kind, form=node.form, title=node.title, content=node.previous)
    return text_of(lessons.parts_of(earlier))


def text_of(parts: dict[str, Any]) -> str:
    """A lesson as its file would show it: the body, then what only its kind has."""
    data = json.loads(json.dumps(parts["data"], default=str))
    dumped = yaml.safe_dump(data, allow_unicode=True, sort_keys=False) if data else ""
    return "\n\n".join(part for part in (parts["body"], dumped) if part)


@as_system("who stands for a lesson that a model wrote is told to its readers")
def reviewed_by(lesson_id: Any) -> str:
    """Who accepted the model's text for this lesson; empty where no model wrote it."""
    return str(first(_reviewers(lesson_id)) or "")


@prepared
def _reviewers(lesson_id: UUID) -> Any:
    names = Node.objects.filter(lesson_id=lesson_id, approved_at__isnull=False, ai_generated=True)
    return names.values_list("approved_by__display_name", flat=True)[:1]
