"""Pages that change how an account is entered ask first whether it is still the same person."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from allauth.account.adapter import get_adapter
from allauth.account.internal.flows.reauthentication import suspend_request
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from accounts.services import reauthentication

View = Callable[..., HttpResponse]


def confirmed(view: View) -> View:
    """Who showed nothing for a while shows it again and comes back; who has nothing to show
    (signed in through another site alone) signs in again."""

    @login_required
    @wraps(view)
    def asked(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if reauthentication.is_recent(request):
            return view(request, *args, **kwargs)
        ways = get_adapter(request).get_reauthentication_methods(request.user)
        if not ways:
            return render(request, "account/sign_in_again.html", status=403)
        answer: HttpResponse = suspend_request(request, ways[0]["url"])
        return answer

    return asked
