"""The settings: one page per thing a person decides about their own account."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.forms.profile import ProfileForm
from accounts.models import User
from accounts.services import profiles
from tutorme.core.errors import DomainError


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def profile(request: HttpRequest) -> HttpResponse:
    assert isinstance(request.user, User)
    form = ProfileForm(request.POST or None, instance_of=request.user)
    if request.method == "POST" and form.is_valid():
        try:
            profiles.update_profile(user=request.user, changes=form.cleaned_data)
        except DomainError as error:
            form.add_error("username", error.detail)
        else:
            messages.success(request, _("Your profile was saved."))
            return redirect("settings-profile")
    status = 422 if form.errors else 200
    return render(request, "settings/profile.html", {"form": form}, status=status)
