"""One part of a draft: read, compared, edited, written again, accepted."""

from collections.abc import Iterator
from itertools import groupby
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from ai import validating
from ai.forms import questions
from ai.forms.studio import NodeForm
from ai.gateways import chat
from ai.models import Node
from ai.queries.drafts import Line, difference
from ai.services import accepting, drafts, solving
from ai.views.studio import REFRESH_S, own_draft, told
from courses.markdown import html_of, inline_html_of
from tutorme.core.errors import DomainError

_AROUND = 2


def own_node(request: HttpRequest, draft_id: UUID, key: str) -> Node:
    draft = own_draft(request, draft_id)
    node = draft.nodes.select_related("edited_by", "approved_by").filter(key=key).first()
    if node is None or node.kind == Node.Kind.OUTLINE:
        raise Http404
    node.draft = draft
    return node


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def part(request: HttpRequest, draft_id: UUID, key: str) -> HttpResponse:
    node = own_node(request, draft_id, key)
    form = NodeForm(content=node.content or {}, title=node.title)
    if request.method != "POST":
        return _page(request, node, form)
    match request.POST.get("act", ""):
        case "accept":
            return _accepted(request, node, form)
        case "again":
            return _again(request, node, form)
        case "solve":
            return _solved(request, node, form)
        case "edit" | "edit-solve":
            return _edited(request, node)
    raise Http404


def _accepted(request: HttpRequest, node: Node, form: NodeForm) -> HttpResponse:
    try:
        row = accepting.accept(
            node=node, actor=request.user, looked=bool(request.POST.get("looked"))
        )
    except DomainError as error:
        return _refused(request, node, form, error)
    messages.success(request, _("It stands in the course's draft. Nobody else sees it yet."))
    return redirect("ai-part", draft_id=node.draft_id, key=row.key)


def _again(request: HttpRequest, node: Node, form: NodeForm) -> HttpResponse:
    try:
        drafts.write_again(node=node, wish=request.POST.get("wish", "").strip()[:500])
    except DomainError as error:
        return _refused(request, node, form, error)
    return redirect("ai-draft", draft_id=node.draft_id)


def _solved(request: HttpRequest, node: Node, form: NodeForm) -> HttpResponse:
    try:
        solving.solve(node=node)
    except DomainError as error:
        return _refused(request, node, form, error)
    return redirect("ai-part", draft_id=node.draft_id, key=node.key)


def _edited(request: HttpRequest, node: Node) -> HttpResponse:
    given = node.content or {}
    form = NodeForm(request.POST, content=given, title=node.title)
    parts = questions.forms_of(given, request.POST)
    if not all([form.is_valid(), *(part.is_valid() for part in parts)]):
        return _page(request, node, form, 422, parts)
    revision = request.POST.get("revision", "")
    try:
        row = drafts.edit_node(
            node=node,
            content=questions.edited(form.edited(), parts),
            title=form.cleaned_data["title"],
            actor=request.user,
            revision=int(revision) if revision.isdecimal() and len(revision) < 9 else 0,
        )
    except DomainError as error:
        form.add_error(None, told(error))
        return _page(request, node, form, error.status, parts)
    messages.success(request, _("Saved."))
    if request.POST["act"] == "edit-solve" and row.is_unsolved:
        return _solved(request, row, form)
    return redirect("ai-part", draft_id=node.draft_id, key=node.key)


def _refused(request: HttpRequest, node: Node, form: NodeForm, error: DomainError) -> HttpResponse:
    messages.error(request, told(error))
    return _page(request, own_node(request, node.draft_id, node.key), form, error.status)


def _near_changes(lines: list[Line]) -> Iterator[Line]:
    """What changed with two lines around it; of the rest, how many lines they are."""
    changed = [place for place, line in enumerate(lines) if line.kind != "same"]
    near = {place + n for place in changed for n in range(-_AROUND, _AROUND + 1)}
    for is_near, rows in groupby(enumerate(lines), lambda row: row[0] in near):
        found = [line for _place, line in rows]
        yield from found if is_near or len(found) < 3 else [Line("left", str(len(found)))]


def _page(
    request: HttpRequest,
    node: Node,
    form: NodeForm,
    status: int = 200,
    parts: questions.Parts | None = None,
) -> HttpResponse:
    content = node.content or {}
    look = solving.job_of(node) if node.is_unsolved else None
    context: dict[str, Any] = {
        "look": look,
        "is_on": chat.is_configured(),
        "node": node,
        "draft": node.draft,
        "form": form if node.content else None,
        "parts": questions.forms_of(content) if parts is None else parts,
        "body": SafeString(html_of(content.get("body_md", ""))),
        "exercises": [_exercise(row) for row in validating.exercises_of(content)],
        "questions": [_question(row) for row in validating.questions_of(content)],
        "asks": drafts.asks(content),
        "findings": [row for row in node.findings if row["code"] != Node.UNSOLVED],
        "lines": list(_near_changes(difference(node))),
    }
    if look and not look.is_final:
        context["refresh_seconds"] = REFRESH_S
    return render(request, "ai/part.html", context, status=status)


def _exercise(row: dict[str, Any]) -> dict[str, Any]:
    return {
        **row,
        "prompt": SafeString(html_of(row["prompt_md"])),
        "solution": SafeString(html_of(row["solution_md"])),
        "told": [SafeString(html_of(hint)) for hint in row["hints"]],
    }


def _question(row: dict[str, Any]) -> dict[str, Any]:
    options = [
        {**option, "html": SafeString(inline_html_of(option["text"]))} for option in row["options"]
    ]
    if row["type"] == "match":
        for option, right in zip(options, row["accept"], strict=False):
            option["right"] = right
    return {**row, "prompt": SafeString(html_of(row["prompt_md"])), "options": options}
