"""Signing up, as a form. It checks shape; the services decide."""

from typing import Any

from allauth.account import forms as allauth_forms
from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from accounts import entrance
from accounts.errors import TooManyCodes
from accounts.forms.codes import PASSWORD_HINT
from accounts.forms.refusals import add_refusal, too_often
from accounts.middleware import visitors_zone
from accounts.models import MailedCode
from accounts.services import registration, users
from tutorme.core.client import address_of
from tutorme.core.errors import InvalidInput


class SignupForm(allauth_forms.SignupForm):  # type: ignore[misc]
    display_name = forms.CharField(label=_("Your name"), max_length=80)
    wants_to_teach = forms.BooleanField(label=_("I also want to teach"), required=False)
    field_order = ["display_name", "email", "password1", "wants_to_teach"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["password1"].help_text = PASSWORD_HINT

    def clean_email(self) -> str:
        """Whether the address is free is not a question a form answers."""
        return str(self.cleaned_data["email"]).lower()

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = self.cleaned_data
        try:
            users.check_password_rules(
                given.get("password1", ""),
                email=given.get("email", ""),
                display_name=given.get("display_name", ""),
            )
        except InvalidInput as error:
            for row in error.extras["errors"]:
                self.add_error("password1", row["detail"])
        return given

    def try_save(self, request: HttpRequest) -> tuple[None, HttpResponse]:
        """allauth's hook: nobody is signed in yet, a code is on its way."""
        try:
            code = self._begin(request)
        except TooManyCodes as error:
            self.add_error(None, too_often(request, error))
        except InvalidInput as error:
            add_refusal(self, error)
        else:
            entrance.hold(request, code, next_url=request.POST.get("next", ""))
            return None, redirect("account_signup_code")
        next_url = request.POST.get("next", "")
        context = {"form": self, "redirect_field_name": "next", "redirect_field_value": next_url}
        return None, render(request, "account/signup.html", context, status=422)

    def _begin(self, request: HttpRequest) -> MailedCode:
        return registration.begin(
            email=self.cleaned_data["email"],
            password=self.cleaned_data["password1"],
            display_name=self.cleaned_data["display_name"],
            time_zone=str(visitors_zone(request)),
            locale=get_language() or "en",
            wants_to_teach=self.cleaned_data["wants_to_teach"],
            source=address_of(request),
        )
