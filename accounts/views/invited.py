"""The first password of an account somebody else made."""

from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts.errors import InvitationInvalid
from accounts.forms.codes import new_password
from accounts.forms.refusals import add_refusal
from accounts.services import invitations
from tutorme.core.errors import InvalidInput


class ChosenPasswordForm(forms.Form):
    password = new_password(label=gettext_lazy("Password"))


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def invited(request: HttpRequest, invitation_id: UUID, token: str) -> HttpResponse:
    """Opens once. A link that opens nothing says to log in: whoever has an account has a
    password, or can reset it."""
    form = ChosenPasswordForm(request.POST or None)
    try:
        row = invitations.find(invitation_id, token)
        if request.method == "POST" and form.is_valid():
            invitations.accept(
                invitation_id=row.pk, token=token, password=form.cleaned_data["password"]
            )
            messages.success(request, _("Your password is set. Log in with it."))
            return redirect("account_login")
    except InvitationInvalid:
        return render(request, "account/invitation_closed.html", status=404)
    except InvalidInput as error:
        add_refusal(form, error)
    context = {"form": form, "person": row.user}
    status = 422 if form.errors else 200
    return render(request, "account/invited.html", context, status=status)
