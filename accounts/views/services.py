"""Signing in through another site: allauth's steps with our adapters, and what is connected."""

from collections.abc import Callable
from functools import wraps
from typing import Any
from urllib.parse import urlsplit

from allauth.socialaccount.models import SocialAccount, SocialApp
from allauth.socialaccount.providers.apple.views import apple_post_callback
from allauth.socialaccount.providers.oauth2.views import OAuth2CallbackView, OAuth2LoginView
from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST

from accounts import entrance
from accounts.errors import TooManyCodes
from accounts.forms.codes import NewcomerForm
from accounts.forms.refusals import add_refusal, too_often
from accounts.middleware import visitors_zone
from accounts.models import MailedCode, User
from accounts.origin import origin_of
from accounts.providers import AppleAdapter, OpenIDAdapter
from accounts.services import connections, registration
from accounts.social import PENDING
from accounts.views.confirmed import confirmed
from tutorme.core.client import address_of
from tutorme.core.errors import DomainError, InvalidInput

View = Callable[..., HttpResponse]


def leads_to_services(view: View) -> View:
    """The page's forms may end at a provider's: our content policy has to name where."""

    @wraps(view)
    def named(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response = view(request, *args, **kwargs)
        response._csp_update = {"form-action": _origins()}  # type: ignore[attr-defined]
        return response

    return named


def _origins() -> list[str]:
    addresses = [
        app["settings"].get("server_url", settings.APPLE_URL)
        for config in settings.SOCIALACCOUNT_PROVIDERS.values()
        for app in config["APPS"]
    ]
    parts = [urlsplit(address) for address in addresses]
    return sorted({f"{part.scheme}://{part.netloc}" for part in parts})


def openid_login(request: HttpRequest, provider_id: str) -> HttpResponse:
    return _step(OAuth2LoginView, request, provider_id)


def openid_callback(request: HttpRequest, provider_id: str) -> HttpResponse:
    return _step(OAuth2CallbackView, request, provider_id)


def _step(kind: Any, request: HttpRequest, provider_id: str) -> HttpResponse:
    try:
        answer: HttpResponse = kind.adapter_view(OpenIDAdapter(request, provider_id))(request)
    except SocialApp.DoesNotExist as error:
        raise Http404 from error
    return answer


def apple_login(request: HttpRequest) -> HttpResponse:
    return _apple(OAuth2LoginView, request)


def apple_finish(request: HttpRequest) -> HttpResponse:
    return _apple(OAuth2CallbackView, request)


def _apple(kind: Any, request: HttpRequest) -> HttpResponse:
    try:
        answer: HttpResponse = kind.adapter_view(AppleAdapter)(request)
    except SocialApp.DoesNotExist as error:
        raise Http404 from error
    return answer


@csrf_exempt
def apple_callback(request: HttpRequest) -> HttpResponse:
    """Apple posts from its own site; the state it brings is checked at the next step."""
    answer: HttpResponse = apple_post_callback(request)
    return answer


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def newcomer(request: HttpRequest) -> HttpResponse:
    """A service that does not vouch for an address: it is proven by a code, then all is joined."""
    pending = request.session.get(PENDING)
    if pending is None:
        return redirect("account_login")
    form = NewcomerForm(request.POST or None, initial=pending)
    if form.is_valid():
        try:
            code = _begin(request, **form.cleaned_data)
        except InvalidInput as error:
            add_refusal(form, error)
        except TooManyCodes as error:
            form.add_error(None, too_often(request, error))
        else:
            request.session[PENDING] = {**pending, "proving": code.email}
            entrance.hold(request, code)
            return redirect("account_signup_code")
    status = 422 if form.errors else 200
    return render(request, "socialaccount/signup.html", {"form": form}, status=status)


def _begin(request: HttpRequest, *, name: str, email: str) -> MailedCode:
    return registration.begin(
        email=email,
        password=None,
        display_name=name,
        time_zone=str(visitors_zone(request)),
        locale=get_language() or "en",
        source=address_of(request),
    )


@leads_to_services
@confirmed
@never_cache
def connected(request: HttpRequest) -> HttpResponse:
    rows = SocialAccount.objects.filter(user=request.user).order_by("pk")
    return render(request, "settings/security/connections.html", {"rows": rows})


@confirmed
@require_POST
def disconnect(request: HttpRequest, connection_id: int) -> HttpResponse:
    assert isinstance(request.user, User)
    try:
        connections.disconnect(
            user=request.user, connection_id=connection_id, origin=origin_of(request)
        )
    except DomainError as error:
        messages.error(request, f"{error.title}. {error.detail}")
    else:
        messages.success(request, _("It is disconnected."))
    return redirect("settings-connections")
