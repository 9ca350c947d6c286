"""Settings → security: how an account is entered, from where, and what happened to that."""

from typing import Any
from uuid import UUID

from allauth.mfa.models import Authenticator
from allauth.socialaccount.adapter import get_adapter
from allauth.socialaccount.models import SocialAccount
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import entrance
from accounts.errors import (
    AddressNotMoved,
    CodeInvalid,
    TooManyCodes,
    TooManySignInAttempts,
    WrongCredentials,
)
from accounts.forms.codes import CodeForm, EmailForm, FirstPasswordForm, PasswordForm
from accounts.forms.refusals import too_often
from accounts.models import MailedCode, User
from accounts.origin import described, origin_of
from accounts.queries.security import security_events
from accounts.services import addresses, passwords, personal_tokens, sessions, users
from accounts.views.confirmed import confirmed
from tutorme.core.client import address_of
from tutorme.core.errors import InvalidInput

MOVE = MailedCode.Purpose.CHANGE_EMAIL
_form_page = require_http_methods(["GET", "HEAD", "POST"])


def _person(request: HttpRequest) -> User:
    assert isinstance(request.user, User)
    return request.user


@login_required
@never_cache
@require_safe
def overview(request: HttpRequest) -> HttpResponse:
    user = _person(request)
    kinds = Authenticator.objects.filter(user=user).values_list("type", flat=True)
    context = {
        "kinds": set(kinds),
        "passkeys": sum(kind == Authenticator.Type.WEBAUTHN for kind in kinds),
        "devices": sessions.living(user).count(),
        "tokens": personal_tokens.living(user).count(),
        "services": get_adapter().list_apps(request),
        "connections": SocialAccount.objects.filter(user=user).count(),
        "events": security_events(user, limit=20),
    }
    return render(request, "settings/security/overview.html", context)


@login_required
@never_cache
@sensitive_post_parameters("current", "password")
@_form_page
def password(request: HttpRequest) -> HttpResponse:
    """The old password is proof enough; who has none yet shows otherwise that it is them."""
    return _password(request) if _person(request).has_usable_password() else first(request)


def _password(request: HttpRequest) -> HttpResponse:
    form = PasswordForm(request.POST or None)
    if form.is_valid() and _changed(request, form, form.cleaned_data["current"]):
        return redirect("settings-security")
    return _page(request, "settings/security/password.html", form)


@confirmed
def first(request: HttpRequest) -> HttpResponse:
    form = FirstPasswordForm(request.POST or None)
    if form.is_valid() and _changed(request, form, ""):
        return redirect("settings-security")
    return _page(request, "settings/security/password.html", form)


def _changed(request: HttpRequest, form: Form, current: str) -> bool:
    user, new = _person(request), form.cleaned_data["password"]
    try:
        passwords.change(request, user=user, current=current, new=new, origin=origin_of(request))
    except WrongCredentials as error:
        form.add_error("current", error.detail)
    except TooManySignInAttempts as error:
        form.add_error("current", too_often(request, error))
    except InvalidInput as error:
        for row in error.extras["errors"]:
            form.add_error("password", row["detail"])
    else:
        sessions.stay(request, user)
        messages.success(request, _("Your password is set. Every other device was signed out."))
        return True
    return False


@confirmed
@never_cache
@_form_page
def email(request: HttpRequest) -> HttpResponse:
    form = EmailForm(request.POST or None)
    if form.is_valid():
        email, source = form.cleaned_data["email"], address_of(request)
        try:
            code = addresses.begin(user=_person(request), email=email, source=source)
        except TooManyCodes as error:
            form.add_error(None, too_often(request, error))
        else:
            entrance.hold(request, code)
            return redirect("account_email_code")
    return _page(request, "settings/security/email.html", form)


@confirmed
@never_cache
@_form_page
def email_code(request: HttpRequest) -> HttpResponse:
    waiting = entrance.held(request, MOVE)
    if waiting is None:
        return redirect("account_email")
    form = CodeForm(request.POST or None)
    if form.is_valid() and _moved(request, form, waiting["id"]):
        entrance.drop(request, MOVE)
        return redirect("settings-security")
    return _page(request, "settings/security/email_code.html", form, waiting=waiting)


def _moved(request: HttpRequest, form: Form, code_id: UUID) -> bool:
    user = _person(request)
    try:
        moved = addresses.finish(
            user=user,
            code_id=code_id,
            code=form.cleaned_data["code"],
            origin=origin_of(request),
        )
    except (CodeInvalid, AddressNotMoved) as error:
        form.add_error("code", error.detail)
        return False
    sessions.stay(request, moved)
    messages.success(request, _("Your account has moved. Every other device was signed out."))
    return True


@login_required
@never_cache
@require_safe
def devices(request: HttpRequest) -> HttpResponse:
    """Where the account is signed in, this browser marked."""
    here = sessions.current_id(request)
    rows = [
        {
            "id": row.pk,
            "name": described(row.user_agent),
            "kind": row.kind,
            "address": row.address,
            "since": row.created_at,
            "current": row.pk == here,
        }
        for row in sessions.living(_person(request))[:100]
    ]
    return render(request, "settings/security/devices.html", {"rows": rows})


@login_required
@require_POST
def end_device(request: HttpRequest, session_id: UUID) -> HttpResponse:
    sessions.end(user=_person(request), session_id=session_id)
    messages.success(request, _("That device was signed out."))
    return redirect("account_devices")


@login_required
@require_POST
def end_others(request: HttpRequest) -> HttpResponse:
    """One button ends everything but this browser."""
    user = _person(request)
    users.sign_out_everywhere(user=user, because="asked")
    sessions.stay(request, user)
    messages.success(request, _("All other devices were signed out."))
    return redirect("account_devices")


def _page(request: HttpRequest, template: str, form: Form, **context: Any) -> HttpResponse:
    status = 422 if form.errors else 200
    return render(request, template, {"form": form, **context}, status=status)
