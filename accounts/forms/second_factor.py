"""allauth's forms for the second factor, with our decision on whether a code counts."""

from allauth.core import context
from allauth.mfa.base import forms as allauth_forms
from django import forms
from django.utils.translation import gettext_lazy as _

from accounts import pauses
from accounts.adapter import is_headless
from accounts.errors import TooManySignInAttempts
from accounts.forms.codes import code_widget
from accounts.services import second_factor


class _CodeChecked(forms.Form):
    def clean_code(self) -> str:
        code: str = self.cleaned_data["code"]
        try:
            found = second_factor.match(self.user, code)  # type: ignore[attr-defined]
        except TooManySignInAttempts as error:
            if is_headless(context.request):
                raise
            pauses.ask_to_wait(context.request, error.wait_s)
            raise forms.ValidationError(error.detail, "too_many_tries") from error
        if found is None:
            raise forms.ValidationError(_("That code did not match."), "incorrect_code")
        found.user = self.user  # type: ignore[attr-defined]
        self.authenticator = found
        return code


class AuthenticateForm(_CodeChecked, allauth_forms.AuthenticateForm):  # type: ignore[misc]
    code = forms.CharField(label=_("Code"), max_length=64, widget=code_widget())


class ReauthenticateForm(_CodeChecked, allauth_forms.ReauthenticateForm):  # type: ignore[misc]
    code = forms.CharField(label=_("Code"), max_length=64, widget=code_widget())
