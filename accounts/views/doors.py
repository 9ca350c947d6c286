"""Account pages beside allauth's."""

from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.models import AuthSession, User
from accounts.services import users


@require_safe
def signup_noticed(request: HttpRequest) -> HttpResponse:
    """What follows a sign-up with an address that has an account: its owner has mail."""
    return render(request, "account/signup_noticed.html")


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def devices(request: HttpRequest) -> HttpResponse:
    """Where the account is signed in; one button ends all of it but this browser."""
    assert isinstance(request.user, User)
    if request.method == "POST":
        users.sign_out_everywhere(user=request.user, because="asked")
        update_session_auth_hash(request, request.user)
        messages.success(request, _("All other devices were signed out."))
        return redirect("account_devices")
    living = AuthSession.objects.visible_to(request.user).filter(revoked_at=None)
    return render(
        request, "account/devices.html", {"sessions": living.order_by("-created_at")[:50]}
    )
