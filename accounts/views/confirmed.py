"""Who is about to do something dangerous shows first that it is still them: how an account is
entered, and what moves money."""

from collections.abc import Callable
from functools import wraps
from typing import Any
from urllib.parse import urlencode

from allauth.account.adapter import get_adapter
from allauth.account.internal.flows.reauthentication import suspend_request
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from accounts.services import reauthentication

View = Callable[..., HttpResponse]


def confirmed(view: View) -> View:
    """Who showed nothing for a while shows it again and comes back; who has nothing to show
    (signed in through another site alone) signs in again."""

    @login_required
    @wraps(view)
    def asked(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return unless_recent(request) or view(request, *args, **kwargs)

    return asked


def unless_recent(request: HttpRequest) -> HttpResponse | None:
    """The way to the page that asks; None for who showed a moment ago who they are."""
    return None if reauthentication.is_recent(request) else ask_again(request)


def ask_again(request: HttpRequest) -> HttpResponse:
    """Afterwards the request goes on where it stood, with all that was sent."""
    ways = get_adapter(request).get_reauthentication_methods(request.user)
    if not ways:
        return render(request, "account/sign_in_again.html", status=403)
    way = ways[0]["url"]
    answer: HttpResponse = suspend_request(request, way)
    if request.method == "POST":
        # What was sent is kept whole; it is found again by its path alone.
        return redirect(f"{way}?{urlencode({REDIRECT_FIELD_NAME: request.path})}")
    return answer
