"""One part of a draft: read, compared, edited, written again, accepted."""

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
from ai.forms.studio import NodeForm
from ai.models import Node
from ai.queries.drafts import difference
from ai.services import accepting, drafts
from ai.views.studio import own_draft, told
from courses.markdown import html_of, inline_html_of
from tutorme.core.errors import DomainError


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
        case "edit":
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


def _edited(request: HttpRequest, node: Node) -> HttpResponse:
    form = NodeForm(request.POST, content=node.content or {}, title=node.title)
    if not form.is_valid():
        return _page(request, node, form, 422)
    revision = request.POST.get("revision", "")
    try:
        drafts.edit_node(
            node=node,
            content=form.edited(),
            title=form.cleaned_data["title"],
            actor=request.user,
            revision=int(revision) if revision.isdecimal() and len(revision) < 9 else 0,
        )
    except DomainError as error:
        form.add_error(None, told(error))
        return _page(request, node, form, error.status)
    messages.success(request, _("Saved."))
    return redirect("ai-part", draft_id=node.draft_id, key=node.key)


def _refused(request: HttpRequest, node: Node, form: NodeForm, error: DomainError) -> HttpResponse:
    messages.error(request, told(error))
    return _page(request, own_node(request, node.draft_id, node.key), form, error.status)


def _page(request: HttpRequest, node: Node, form: NodeForm, status: int = 200) -> HttpResponse:
    content = node.content or {}
    context = {
        "node": node,
        "draft": node.draft,
        "form": form if node.content else None,
        "body": SafeString(html_of(content.get("body_md", ""))),
        "exercises": [_exercise(row) for row in validating.exercises_of(content)],
        "questions": [_question(row) for row in validating.questions_of(content)],
        "lines": difference(node),
    }
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
