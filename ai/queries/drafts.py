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
    before = _parts_before(node)
    if node.content is None or before is None:
        return []
    now = lessons.parts_of(node)
    names = _names(now["data"])
    then, after = (_text_of(parts, names).splitlines() for parts in (before, now))
    rows = [
        Line(_KINDS[row[:2]], row[2:]) for row in difflib.ndiff(then, after) if row[:2] in _KINDS
    ]
    return rows if any(row.kind != "same" for row in rows) else []


_KINDS = {"  ": "same", "+ ": "added", "- ": "removed"}


def _parts_before(node: Node) -> dict[str, Any] | None:
    draft = LessonDraft.objects.filter(pk=node.lesson_id).first() if node.lesson_id else None
    if draft:
        return {"body": draft.body, "data": draft.data}
    if node.previous is None or node.kind == Node.Kind.OUTLINE:
        return None
    earlier = Node(kind=node.kind, form=node.form, title=node.title, content=node.previous)
    return lessons.parts_of(earlier)


def _text_of(parts: dict[str, Any], names: list[str]) -> str:
    """A lesson as its file would show it: the body, then what only its kind has."""
    data = _in_order(json.loads(json.dumps(parts["data"], default=str)), names)
    dumped = yaml.safe_dump(data, allow_unicode=True, sort_keys=False) if data else ""
    return "\n\n".join(part for part in (parts["body"], dumped) if part)


def _names(value: Any) -> list[str]:
    """Of all members, however deep, in the order in which they are written."""
    if isinstance(value, dict):
        inner = [name for each in value.values() for name in _names(each)]
        return list(dict.fromkeys([*value, *inner]))
    if isinstance(value, list):
        return list(dict.fromkeys(name for each in value for name in _names(each)))
    return []


def _in_order(value: Any, names: list[str]) -> Any:
    """The database keeps members in an order of its own; two texts are compared in one."""
    if isinstance(value, list):
        return [_in_order(each, names) for each in value]
    if not isinstance(value, dict):
        return value
    place = {name: number for number, name in enumerate(names)}
    ordered = sorted(value, key=lambda name: (place.get(name, len(names)), name))
    return {name: _in_order(value[name], names) for name in ordered}


@as_system("who stands for a lesson that a model wrote is told to its readers")
def reviewed_by(lesson_id: Any) -> str:
    """Who accepted the model's text for this lesson; empty where no model wrote it."""
    return str(first(_reviewers(lesson_id)) or "")


@prepared
def _reviewers(lesson_id: UUID) -> Any:
    names = Node.objects.filter(lesson_id=lesson_id, approved_at__isnull=False, ai_generated=True)
    return names.values_list("approved_by__display_name", flat=True)[:1]
