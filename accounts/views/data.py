"""One's data: a copy to take along, and the way out."""

from uuid import UUID

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from accounts.models import DataExport
from accounts.services import erasure, export
from accounts.views.confirmed import confirmed
from accounts.views.settings import PAGE, owner
from tutorme.core.errors import DomainError
from tutorme.core.files import serving


class LeavingForm(forms.Form):
    keeps_name = forms.BooleanField(
        label=gettext_lazy("Keep my name on my certificates"),
        required=False,
        help_text=gettext_lazy(
            "Certificates stay checkable either way. Without this they say: name withheld."
        ),
    )
    sure = forms.BooleanField(label=gettext_lazy("Yes, delete my account"))


@login_required
@require_safe
def data(request: HttpRequest) -> HttpResponse:
    user = owner(request)
    rows = DataExport.objects.filter(user=user).select_related("job", "file")
    latest = rows.order_by("-created_at").first()
    making = latest is not None and not latest.job.is_final
    context = {
        "export": latest,
        "job": latest.job if latest else None,
        "ready": latest is not None and latest.file_id is not None,
        "deletion": erasure.open_deletion(user),
        "refresh_seconds": 5 if making else 0,
    }
    return render(request, "settings/data.html", context)


@confirmed
@PAGE
def begin_export(request: HttpRequest) -> HttpResponse:
    """A page first: whoever had to show who they are comes back to it by a link."""
    if request.method != "POST":
        return render(request, "settings/export.html")
    export.begin(user=owner(request))
    return redirect("settings-data")


@login_required
@require_safe
def download(request: HttpRequest, export_id: UUID) -> HttpResponse:
    """To a link that ends within two hours; this address asks who is there."""
    file = export.file_of(user=owner(request), export_id=export_id)
    if file is None:
        raise Http404
    return redirect(serving.signed_link(file))


@confirmed
@PAGE
def leave(request: HttpRequest) -> HttpResponse:
    form = LeavingForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        row = erasure.request(
            user=owner(request), keeps_name_on_certificates=form.cleaned_data["keeps_name"]
        )
        day = row.due_at.date().isoformat()
        messages.success(request, _("Your account will be deleted on %(day)s.") % {"day": day})
        return redirect("settings-data")
    status = 422 if form.errors else 200
    return render(request, "settings/leave.html", {"form": form}, status=status)


@login_required
@require_POST
def stay(request: HttpRequest) -> HttpResponse:
    try:
        erasure.cancel(user=owner(request))
    except DomainError as error:
        messages.error(request, error.detail)
    else:
        messages.success(request, _("Your account stays as it is."))
    return redirect("settings-data")
