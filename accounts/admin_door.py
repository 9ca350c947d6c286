"""The admin's door: a second factor, and somebody who is still there.

What asks for a password is allauth's page, as everywhere (one password door); what is decided here
is whether it asks again.
"""

import time
from collections.abc import Callable

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.services import reauthentication
from accounts.views.confirmed import ask_again

SEEN = "admin_seen"
# How often a visit is written down; the pause is that much inexact.
_WRITE_EVERY_S = 60


class AdminDoorMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response
        self.inside = reverse("admin:index")

    def __call__(self, request: HttpRequest) -> HttpResponse:
        user = request.user if request.path.startswith(self.inside) else None
        if not isinstance(user, User) or not user.is_staff:
            return self.get_response(request)
        return _refusal(request, user) or self.get_response(request)


def _refusal(request: HttpRequest, user: User) -> HttpResponse | None:
    if not user.is_at_desk:
        messages.warning(request, _("The admin opens with a second factor. Set one up first."))
        return redirect("settings-security")
    if settings.ADMIN_IDLE and not _is_still_there(request):
        return ask_again(request)
    return None


def _is_still_there(request: HttpRequest) -> bool:
    """By their last page in here, or by having shown a moment ago who they are."""
    now, seen = int(time.time()), int(request.session.get(SEEN, 0))
    if now - seen > settings.ADMIN_IDLE.total_seconds() and not reauthentication.is_recent(request):
        return False
    if now - seen > _WRITE_EVERY_S:
        request.session[SEEN] = now
    return True
