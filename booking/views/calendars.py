"""One's calendars: connected ones, the address of one's lessons, and busy times from elsewhere."""

import hmac
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST, require_safe

from accounts.models import User
from booking import queries
from booking.forms.calendars import AddressForm, FileForm
from booking.gateways import oauth
from booking.models import CalendarConnection
from booking.services import connecting, feeds, importing
from tutorme.core.errors import DomainError
from tutorme.core.gateways import GatewayError

NAMES = {"google": "Google Calendar", "microsoft": "Microsoft 365"}
_ASKED = "calendar-asked"
_COMING_BACK = frozenset({"state", "code"})


def _user(request: HttpRequest) -> User:
    assert isinstance(request.user, User)
    return request.user


@login_required
@never_cache
@require_safe
def calendars(request: HttpRequest) -> HttpResponse:
    return _page(request)


def _page(
    request: HttpRequest, *, address: AddressForm | None = None, file: FileForm | None = None
) -> HttpResponse:
    user = _user(request)
    bound = [form for form in (address, file) if form]
    offered = [(key, name) for key, name in NAMES.items() if oauth.is_configured(key)]
    unseen = queries.unseen(user.pk)
    context = {
        "connections": [(row, NAMES[row.provider], row.source in unseen) for row in _own(user)],
        "offered": offered,
        "feed": _feed(user),
        "imports": user.calendar_imports.all(),
        "address": address or AddressForm(),
        "file": file or FileForm(),
    }
    status = 422 if any(form.errors for form in bound) else 200
    response = render(request, "booking/calendars.html", context, status=status)
    # A form's redirects count as its action: without this the way to the provider is blocked.
    response._csp_update = {"form-action": _origins()}  # type: ignore[attr-defined]
    return response


def _own(user: User) -> QuerySet[CalendarConnection]:
    return CalendarConnection.objects.filter(user=user).exclude(state="ending")


def _feed(user: User) -> str:
    token = feeds.token_of(user)
    return f"{settings.PUBLIC_BASE_URL}{reverse('calendar-feed', args=[token])}" if token else ""


def _origins() -> list[str]:
    parts = [urlsplit(app["authorize_url"]) for app in settings.CALENDARS.values()]
    return [f"{part.scheme}://{part.netloc}" for part in parts]


@login_required
@require_POST
def connect(request: HttpRequest, provider: str) -> HttpResponse:
    if provider not in NAMES or not oauth.is_configured(provider):
        raise Http404
    asking = connecting.begin(_user(request), provider)
    request.session[_ASKED] = {
        "provider": provider,
        "state": asking.state,
        "verifier": asking.verifier,
    }
    return HttpResponse(status=303, headers={"Location": asking.url})


@login_required
@never_cache
@require_GET
def callback(request: HttpRequest, provider: str) -> HttpResponse:
    """Whoever comes back must be who was sent, from where they were sent; a state is good once."""
    asked = request.session.pop(_ASKED, None)
    given = {name: request.GET.get(name, "") for name in _COMING_BACK}
    if not asked or asked["provider"] != provider or not _same(asked["state"], given["state"]):
        messages.error(request, _("This came back too late. Connect the calendar again."))
    elif not given["code"]:
        messages.info(request, _("Nothing was connected."))
    else:
        _finish(request, provider, given["code"], asked["verifier"])
    return redirect("calendars")


def _same(one: str, other: str) -> bool:
    return hmac.compare_digest(one.encode(), other.encode())


def _finish(request: HttpRequest, provider: str, code: str, verifier: str) -> None:
    try:
        connecting.finish(_user(request), provider, code=code, verifier=verifier)
    except DomainError as error:
        messages.error(request, f"{error.title}. {error.detail}")
    except GatewayError:
        messages.error(request, _("The provider does not answer. Nothing was connected."))
    else:
        messages.success(request, _("The calendar is connected."))


@login_required
@require_POST
def disconnect(request: HttpRequest, pk: UUID) -> HttpResponse:
    _act(request, lambda: connecting.disconnect(_user(request), pk), _("It is disconnected."))
    return redirect("calendars")


@login_required
@require_POST
def new_address(request: HttpRequest) -> HttpResponse:
    feeds.rotate(_user(request))
    messages.success(request, _("This is the new address. The one before no longer works."))
    return redirect("calendars")


@login_required
@require_POST
def import_address(request: HttpRequest) -> HttpResponse:
    form = AddressForm(request.POST)
    if form.is_valid() and _tried(
        form, lambda: importing.add_address(_user(request), form.cleaned_data["url"])
    ):
        messages.success(request, _("Its busy times are kept free of lessons from now on."))
        return redirect("calendars")
    return _page(request, address=form)


@login_required
@require_POST
def import_file(request: HttpRequest) -> HttpResponse:
    form = FileForm(request.POST, request.FILES)
    if form.is_valid() and _tried(form, lambda: _read(request, form.cleaned_data["file"])):
        messages.success(request, _("Its busy times are kept free of lessons."))
        return redirect("calendars")
    return _page(request, file=form)


def _read(request: HttpRequest, file: Any) -> None:
    importing.add_file(_user(request), file.name or _("A file"), file.read())


def _tried(form: forms.Form, step: Any) -> bool:
    try:
        step()
    except DomainError as error:
        form.add_error(None, f"{error.title}. {error.detail}")
        return False
    return True


@login_required
@require_POST
def remove_import(request: HttpRequest, pk: UUID) -> HttpResponse:
    _act(request, lambda: importing.remove(_user(request), pk), _("It is removed."))
    return redirect("calendars")


def _act(request: HttpRequest, step: Any, told: str) -> None:
    try:
        step()
    except DomainError as error:
        raise Http404 from error
    messages.success(request, told)
