"""Where two accounts are made one: which is kept, what would move, why; then it is done."""

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminTextInputWidget

from accounts.models import User
from accounts.services import merging
from accounts.views.confirmed import unless_recent
from tutorme.core.bulk_admin import ReasonForm
from tutorme.core.errors import DomainError


class KeepForm(forms.Form):
    kept = forms.CharField(
        label=_("Account to keep"),
        max_length=254,
        widget=UnfoldAdminTextInputWidget,
        help_text=_("Its e-mail address or username."),
    )

    def clean_kept(self) -> User:
        name = self.cleaned_data["kept"].strip().lower()
        by = {"email": name} if "@" in name else {"username__iexact": name}
        found: User | None = User.objects.filter(erased_at=None, **by).first()
        if found is None:
            raise forms.ValidationError(_("Nobody here has this address or name."))
        return found


def merge_view(site: Any, request: HttpRequest, user_id: UUID) -> HttpResponse:
    """Of superusers alone, who showed a moment ago who they are."""
    if not request.user.is_superuser:
        raise PermissionDenied
    if asked := unless_recent(request):
        return asked
    closed = User.objects.filter(pk=user_id).first()
    if closed is None:
        raise Http404
    form: forms.Form = KeepForm(request.POST or None)
    context: dict[str, Any] = {}
    if form.is_valid():
        kept = form.cleaned_data["kept"]
        form = ReasonForm(request.POST if "seal" in request.POST else None)
        if form.is_valid() and _done(request, closed, kept, form.cleaned_data["reason"]):
            return redirect("admin:accounts_user_change", kept.pk)
        context = {"seen": merging.look(closed_id=closed.pk, kept_id=kept.pk)}
    context |= {
        **site.each_context(request),
        "title": _("Close the account of %(name)s, and move what it has") % {"name": closed},
        "opts": User._meta,
        "closed": closed,
        "form": form,
    }
    return render(request, "admin/accounts/merge.html", context)


def _done(request: HttpRequest, closed: User, kept: User, reason: str) -> bool:
    """What stands in the way is told, and the page shown again as things are now."""
    assert isinstance(request.user, User)
    try:
        merging.merge(
            closed_id=closed.pk,
            kept_id=kept.pk,
            actor=request.user,
            reason=reason,
            seal=request.POST["seal"],
        )
    except DomainError as refused:
        messages.error(request, str(refused.detail))
        return False
    told = _("%(closed)s is closed; what it had is here now.") % {"closed": closed.email}
    messages.success(request, told)
    return True
