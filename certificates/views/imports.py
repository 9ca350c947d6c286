"""Lists of learners at an organisation's desk: sent, looked at, committed, taken back."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from certificates import downloads, queries
from certificates.forms import ImportForm
from certificates.learner_lists import ENCODINGS
from certificates.models import LearnerImport
from certificates.services import imports
from certificates.views.desk import desk, page_of, person
from tutorme.core.errors import DomainError

_REFRESH_SECONDS = 3
_PREVIEWED = 5
_MOVING = (
    LearnerImport.State.CHECKING,
    LearnerImport.State.COMMITTING,
    LearnerImport.State.UNDOING,
)


def _batch(request: HttpRequest, pk: UUID, batch: UUID) -> LearnerImport:
    rows = LearnerImport.objects.filter(organization=desk(request, pk)).select_related(
        "course", "job"
    )
    row = rows.filter(pk=batch).first()
    if row is None:
        raise Http404
    return row


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def imports_page(request: HttpRequest, pk: UUID) -> HttpResponse:
    organization = desk(request, pk)
    form = ImportForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        try:
            batch = imports.start(
                course=said["course"],
                organization=organization,
                actor_id=person(request).pk,
                data=said["file"].read(),
                encoding=said["encoding"],
                delimiter=said["delimiter"],
            )
        except DomainError as error:
            form.add_error("file", error.detail)
        else:
            return redirect("org-import", pk, batch.pk)
    rows = organization.imports.select_related("course").order_by("-created_at")
    context = {
        "organization": organization,
        "tab": "imports",
        "page": page_of(request, rows),
        "form": form,
    }
    return render(
        request, "certificates/desk/imports.html", context, status=422 if form.errors else 200
    )


@login_required
@require_safe
def import_page(request: HttpRequest, pk: UUID, batch: UUID) -> HttpResponse:
    row = _batch(request, pk, batch)
    is_late = (
        row.committed_at is not None and timezone.now() > row.committed_at + imports.UNDO_WITHIN
    )
    context = {
        "organization": desk(request, pk),
        "tab": "imports",
        "batch": row,
        "read_as": ENCODINGS.get(row.encoding, row.encoding.upper()),
        "problems": queries.problems_of(row),
        "first": row.lines.order_by("line")[:_PREVIEWED],
        "may_undo": row.state == LearnerImport.State.COMMITTED and not is_late,
        "refresh_seconds": _REFRESH_SECONDS if row.state in _MOVING else 0,
    }
    return render(request, "certificates/desk/import.html", context)


@login_required
@require_safe
def problems(request: HttpRequest, pk: UUID, batch: UUID) -> HttpResponseBase:
    return downloads.problems(_batch(request, pk, batch))


@login_required
@require_POST
def decide(request: HttpRequest, pk: UUID, batch: UUID, what: str) -> HttpResponse:
    """Commit, discard or undo."""
    row, me = _batch(request, pk, batch), person(request).pk
    try:
        if what == "commit":
            only = request.POST.get("valid_rows_only") == "on"
            imports.commit(batch=row, actor_id=me, valid_rows_only=only)
        elif what == "discard":
            imports.discard(batch=row, actor_id=me)
        else:
            imports.undo(batch=row, actor_id=me)
    except DomainError as error:
        messages.warning(request, error.detail)
    return redirect("org-import", pk, batch)
