"""allauth's headless API under `auth/headless/`: what needs a conversation.

Signing in with its stages, second factor, passkeys, showing again that it is you, and the way to a
service. Everything else (signing up, reset, address, password, devices) is one call of our own API.
What is not listed here does not exist: the list is ours, not allauth's.
"""

from typing import Any

from allauth.headless.account import views as account
from allauth.headless.base import views as base
from allauth.headless.base.response import ReauthenticationResponse
from allauth.headless.constants import Client
from allauth.headless.internal.restkit.inputs import Input
from allauth.headless.mfa import views as mfa
from allauth.headless.socialaccount import views as social
from allauth.headless.tokens.strategies.sessions import SessionTokenStrategy
from django.http import HttpRequest, HttpResponseBase
from django.urls import URLPattern, path

from accounts import tokens
from accounts.forms import passkeys
from accounts.forms.second_factor import AuthenticateForm, ReauthenticateForm
from accounts.models import AuthSession, User
from accounts.origin import origin_of
from accounts.services import reauthentication, sessions


class PairStrategy(SessionTokenStrategy):  # type: ignore[misc]
    """An app that finished signing in gets our pair of tokens, of one device with its session."""

    def create_access_token_payload(self, request: HttpRequest) -> dict[str, Any]:
        made: dict[str, Any] | None = getattr(request, "headless_pair", None)
        if made is None:
            # allauth writes the answer to one request more than once.
            made = request.headless_pair = self._open(request)  # type: ignore[attr-defined]
        return made

    def _open(self, request: HttpRequest) -> dict[str, Any]:
        assert isinstance(request.user, User)
        pair = sessions.open_app(user=request.user, origin=origin_of(request), method="headless")
        row = tokens.read_access(pair.access).session_id
        request.session[sessions.ROW] = str(row)
        key = self.create_session_token(request)
        AuthSession.objects.filter(pk=row).update(session_key=key)
        return {"access_token": pair.access, "refresh_token": pair.refresh}


class AuthenticateInput(AuthenticateForm, Input):  # type: ignore[misc]
    pass


class ReauthenticateInput(ReauthenticateForm, Input):  # type: ignore[misc]
    pass


class AuthenticateView(mfa.AuthenticateView):  # type: ignore[misc]
    input_class = AuthenticateInput


class ReauthenticateView(mfa.ReauthenticateView):  # type: ignore[misc]
    input_class = ReauthenticateInput


class _Confirmed:
    """allauth lets who has nothing to show again pass; here a sign-in has to be recent."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        known = request.user.is_authenticated
        if known and request.method != "GET" and not reauthentication.is_recent(request):
            refused: HttpResponseBase = ReauthenticationResponse(request)
            return refused
        answer: HttpResponseBase = super().dispatch(request, *args, **kwargs)  # type: ignore[misc]
        return answer


class TotpView(_Confirmed, mfa.ManageTOTPView):  # type: ignore[misc]
    pass


class RecoveryCodesView(_Confirmed, mfa.ManageRecoveryCodesView):  # type: ignore[misc]
    pass


class AddPasskeyInput(passkeys.AddPasskeyForm, Input):  # type: ignore[misc]
    pass


class PasskeysView(_Confirmed, mfa.ManageWebAuthnView):  # type: ignore[misc]
    input_class = {**mfa.ManageWebAuthnView.input_class, "POST": AddPasskeyInput}


class LoginPasskeyInput(passkeys.LoginPasskeyForm, Input):  # type: ignore[misc]
    pass


class LoginPasskeyView(mfa.LoginWebAuthnView):  # type: ignore[misc]
    input_class = {"POST": LoginPasskeyInput}


class AuthenticatePasskeyInput(passkeys.AuthenticatePasskeyForm, Input):  # type: ignore[misc]
    pass


class AuthenticatePasskeyView(mfa.AuthenticateWebAuthnView):  # type: ignore[misc]
    input_class = {"POST": AuthenticatePasskeyInput}


class ReauthenticatePasskeyInput(passkeys.ReauthenticatePasskeyForm, Input):  # type: ignore[misc]
    pass


class ReauthenticatePasskeyView(mfa.ReauthenticateWebAuthnView):  # type: ignore[misc]
    input_class = {"POST": ReauthenticatePasskeyInput}


_VIEWS: list[tuple[str, Any]] = [
    ("config", base.ConfigView),
    ("auth/session", account.SessionView),
    ("auth/login", account.LoginView),
    ("auth/reauthenticate", account.ReauthenticateView),
    ("auth/2fa/authenticate", AuthenticateView),
    ("auth/2fa/reauthenticate", ReauthenticateView),
    ("auth/webauthn/login", LoginPasskeyView),
    ("auth/webauthn/authenticate", AuthenticatePasskeyView),
    ("auth/webauthn/reauthenticate", ReauthenticatePasskeyView),
    ("account/authenticators", mfa.AuthenticatorsView),
    ("account/authenticators/totp", TotpView),
    ("account/authenticators/recovery-codes", RecoveryCodesView),
    ("account/authenticators/webauthn", PasskeysView),
]


def _paths(client: Client) -> list[URLPattern]:
    return [
        path(f"{client.value}/v1/{where}", view.as_api_view(client=client))
        for where, view in _VIEWS
    ]


urlpatterns = [
    *_paths(Client.BROWSER),
    *_paths(Client.APP),
    path(
        "browser/v1/auth/provider/redirect",
        social.RedirectToProviderView.as_api_view(client=Client.BROWSER),
        name="headless-redirect",
    ),
]
