"""Signing up. Forms check shape; the services decide."""

from typing import Any

from allauth.account import forms as allauth_forms
from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy as _

from accounts.middleware import ZONE_COOKIE, zone
from accounts.models import User
from accounts.services import users
from tutorme.core.errors import InvalidInput


class SignupForm(allauth_forms.SignupForm):  # type: ignore[misc]
    display_name = forms.CharField(label=_("Your name"), max_length=80)
    wants_to_teach = forms.BooleanField(label=_("I also want to teach"), required=False)
    field_order = ["display_name", "email", "password1", "wants_to_teach"]

    def clean(self) -> dict[str, Any]:
        """The password's rules. Whether the address is free is not a question a form answers."""
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

    def try_save(self, request: HttpRequest) -> tuple[User | None, HttpResponse | None]:
        """allauth's hook: the new account, or the response that ends the sign-up."""
        made = users.register(
            email=self.cleaned_data["email"],
            password=self.cleaned_data["password1"],
            display_name=self.cleaned_data["display_name"],
            time_zone=str(zone(request.COOKIES.get(ZONE_COOKIE, ""))),
            wants_to_teach=self.cleaned_data["wants_to_teach"],
        )
        return made.user, None if made.user else redirect("account_signup_noticed")
