"""allauth's forms for passkeys. They answer what no browser sends as well as what one does."""

import struct
from typing import Any

from allauth.mfa.adapter import get_adapter
from allauth.mfa.webauthn import forms as allauth_forms
from django import forms
from django.utils.translation import gettext_lazy as _
from fido2.webauthn import AuthenticationResponse, RegistrationResponse

# What fido2 ends with when it takes nonsense apart, of which allauth foresees a part.
_UNREADABLE = (AttributeError, LookupError, OverflowError, TypeError, ValueError, struct.error)


class _Shown(forms.Form):
    """An existing passkey."""

    def clean_credential(self) -> Any:
        try:
            AuthenticationResponse.from_dict(self.cleaned_data["credential"])
        except _UNREADABLE as error:
            raise get_adapter().validation_error("incorrect_code") from error
        return super().clean_credential()  # type: ignore[misc]


class _Made(forms.Form):
    """A new one."""

    def clean_credential(self) -> Any:
        credential = self.cleaned_data["credential"]
        try:
            told = RegistrationResponse.from_dict(credential).response.attestation_object
        except _UNREADABLE as error:
            raise get_adapter().validation_error("incorrect_code") from error
        if told.auth_data.credential_data is None:
            raise get_adapter().validation_error("incorrect_code")
        return credential


class LoginPasskeyForm(_Shown, allauth_forms.LoginWebAuthnForm):  # type: ignore[misc]
    pass


class AuthenticatePasskeyForm(_Shown, allauth_forms.AuthenticateWebAuthnForm):  # type: ignore[misc]
    pass


class ReauthenticatePasskeyForm(_Shown, allauth_forms.ReauthenticateWebAuthnForm):  # type: ignore[misc]
    pass


class AddPasskeyForm(_Made, allauth_forms.AddWebAuthnForm):  # type: ignore[misc]
    name = forms.CharField(
        label=_("Name"),
        required=False,
        max_length=60,
        help_text=_("For example the device it lives on."),
    )
    passwordless = forms.BooleanField(
        label=_("Sign in with this passkey alone"),
        required=False,
        initial=True,
        help_text=_("The device asks for your finger, face or PIN. Otherwise it is a second step."),
    )


class RenamePasskeyForm(allauth_forms.EditWebAuthnForm):  # type: ignore[misc]
    name = forms.CharField(label=_("Name"), max_length=60)
