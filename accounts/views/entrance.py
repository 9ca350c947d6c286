"""Coming in: the code of a sign-up, and a forgotten password. allauth has the other pages."""

from typing import Any
from uuid import UUID

from allauth.account.adapter import get_adapter
from allauth.account.utils import perform_login
from django.contrib import messages
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import entrance
from accounts.errors import CodeInvalid, TooManyCodes
from accounts.forms.codes import CodeForm, ResetForm, ResetRequestForm
from accounts.forms.refusals import too_often
from accounts.models import MailedCode, User
from accounts.origin import origin_of
from accounts.services import recovery, registration
from accounts.social import finish_pending
from tutorme.core.client import address_of
from tutorme.core.errors import InvalidInput

REGISTER, RESET = MailedCode.Purpose.REGISTER, MailedCode.Purpose.RESET
_form_page = require_http_methods(["GET", "HEAD", "POST"])


@never_cache
@_form_page
def signup_code(request: HttpRequest) -> HttpResponse:
    """Where the code of a sign-up is typed; then the account exists and is signed in."""
    waiting = entrance.held(request, REGISTER)
    if waiting is None:
        return redirect("account_signup")
    form = CodeForm(request.POST or None)
    if form.is_valid():
        try:
            user = registration.confirm(code_id=waiting["id"], code=form.cleaned_data["code"])
        except CodeInvalid as error:
            form.add_error("code", error.detail)
        else:
            entrance.drop(request, REGISTER)
            finish_pending(request, user)
            return sign_in(request, user, next_url=waiting["next"], signup=True)
    return _page(request, "account/signup_code.html", form, waiting=waiting)


@require_POST
def signup_again(request: HttpRequest) -> HttpResponse:
    """Another code for the same sign-up."""
    waiting = entrance.held(request, REGISTER)
    if waiting is None:
        return redirect("account_signup")
    try:
        code = registration.ask_again(code_id=waiting["id"], source=address_of(request))
    except TooManyCodes as error:
        messages.error(request, too_often(request, error))
        return _page(request, "account/signup_code.html", CodeForm(), waiting=waiting)
    except CodeInvalid:
        # It was used: in another window, or by signing up.
        entrance.drop(request, REGISTER)
        messages.warning(request, _("That sign-up is over. Log in, or begin again."))
        return redirect("account_signup")
    entrance.hold(request, code)
    messages.success(request, _("Another code is on its way. The one before works no more."))
    return redirect("account_signup_code")


@never_cache
@_form_page
def reset(request: HttpRequest) -> HttpResponse:
    """The same page follows whether or not the address has an account."""
    form = ResetRequestForm(request.POST or None)
    if form.is_valid():
        try:
            code = recovery.begin(email=form.cleaned_data["email"], source=address_of(request))
        except TooManyCodes as error:
            form.add_error(None, too_often(request, error))
        else:
            entrance.hold(request, code)
            return redirect("account_reset_code")
    return _page(request, "account/reset.html", form)


@never_cache
@require_safe
def reset_offered(request: HttpRequest, code_id: UUID) -> HttpResponse:
    """Where the mail leads that an admin had sent: this browser waits for its code from now on."""
    try:
        entrance.hold(request, recovery.find_offered(code_id))
    except CodeInvalid as error:
        messages.warning(request, error.detail)
        return redirect("account_reset_password")
    return redirect("account_reset_code")


@never_cache
@sensitive_post_parameters("password")
@_form_page
def reset_code(request: HttpRequest) -> HttpResponse:
    """The code and the new password in one step; then signed in, by the second factor if any."""
    waiting = entrance.held(request, RESET)
    if waiting is None:
        return redirect("account_reset_password")
    form = ResetForm(request.POST or None)
    if form.is_valid():
        given = form.cleaned_data
        try:
            user = recovery.finish(code_id=waiting["id"], origin=origin_of(request), **given)
        except CodeInvalid as error:
            form.add_error("code", error.detail)
        except InvalidInput as error:
            for row in error.extras["errors"]:
                form.add_error("password", row["detail"])
        else:
            entrance.drop(request, RESET)
            return sign_in(request, user, next_url=waiting["next"])
    return _page(request, "account/reset_code.html", form, waiting=waiting)


def sign_in(
    request: HttpRequest, user: User, *, next_url: str = "", signup: bool = False
) -> HttpResponse:
    """Through allauth, so that the second factor and the session's row are never passed by."""
    safe = next_url if get_adapter(request).is_safe_url(next_url) else None
    answer: HttpResponse = perform_login(request, user, redirect_url=safe, signup=signup)
    return answer


def _page(request: HttpRequest, template: str, form: Form, **context: Any) -> HttpResponse:
    status = 422 if form.errors else 200
    return render(request, template, {"form": form, **context}, status=status)
