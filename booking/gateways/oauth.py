"""Access to somebody's calendar: Authlib's OAuth 2 client with PKCE, over our own door."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import jwt
import requests
from authlib.common.security import generate_token
from authlib.integrations.base_client import OAuthError
from authlib.integrations.requests_client import OAuth2Session
from django.conf import settings
from django.utils import timezone
from requests.adapters import BaseAdapter

from booking.gateways.base import GrantGone, Tokens
from booking.gateways.google import GoogleCalendar
from booking.gateways.msgraph import MicrosoftCalendar
from tutorme.core.gateways import GatewayMisconfigured, GatewayRejected, GatewayUnavailable
from tutorme.core.http import Door

# Google gives a refresh token only where it is asked for, and only with a fresh consent.
_ASKED = {"google": {"access_type": "offline", "prompt": "consent"}, "microsoft": {}}
_REVOKED = "invalid_grant"


@dataclass(frozen=True)
class Asking:
    """Where somebody is sent; `state` and `verifier` stay with their session until they return."""

    url: str
    state: str
    verifier: str


class _ThroughTheDoor(BaseAdapter):
    """Authlib speaks `requests`; the call itself is made where all others are."""

    def __init__(self, door: Door) -> None:
        super().__init__()
        self._door = door

    def send(self, request: requests.PreparedRequest, **_: Any) -> requests.Response:  # type: ignore[override]
        path = str(request.url).removeprefix(self._door.base_url)
        headers = {str(name): str(value) for name, value in request.headers.items()}
        answer = self._door.request(
            str(request.method),
            path,
            headers={name: headers[name] for name in headers if name != "Content-Length"},
            content=request.body,
        )
        response = requests.Response()
        response.status_code = answer.status_code
        response.headers.update(dict(answer.headers))
        response._content = answer.content
        response.url, response.request = str(request.url), request
        return response

    def close(self) -> None:
        """Nothing is kept open."""


def is_configured(provider: str) -> bool:
    app = settings.CALENDARS[provider]
    return bool(app["client_id"] and app["client_secret"])


def _session(provider: str, **more: Any) -> OAuth2Session:
    app = settings.CALENDARS[provider]
    if not is_configured(provider):
        raise GatewayMisconfigured(f"{provider}: no client id or secret is set")
    session = OAuth2Session(
        app["client_id"],
        app["client_secret"],
        token_endpoint_auth_method="client_secret_post",  # noqa: S106  the name of a method
        code_challenge_method="S256",
        **more,
    )
    session.trust_env = False
    session.mount(app["oauth_url"], _ThroughTheDoor(Door(f"{provider}-oauth", app["oauth_url"])))
    return session


def ask(provider: str, *, redirect_uri: str, hint: str = "") -> Asking:
    app = settings.CALENDARS[provider]
    verifier: str = generate_token(64)
    session = _session(provider, scope=app["scope"], redirect_uri=redirect_uri)
    extra = {**_ASKED[provider], **({"login_hint": hint} if hint else {})}
    url, state = session.create_authorization_url(
        app["authorize_url"], code_verifier=verifier, **extra
    )
    return Asking(url, state, verifier)


def redeem(provider: str, *, code: str, verifier: str, redirect_uri: str) -> Tokens:
    session = _session(provider, redirect_uri=redirect_uri)
    token = _fetched(
        lambda url: session.fetch_token(url, code=code, code_verifier=verifier), provider
    )
    return _tokens(token, "")


def refresh(provider: str, refresh_token: str) -> Tokens:
    """Microsoft gives a new refresh token with every one; Google keeps the old."""
    session = _session(provider)
    token = _fetched(lambda url: session.refresh_token(url, refresh_token=refresh_token), provider)
    return _tokens(token, refresh_token)


def _fetched(ask_for: Any, provider: str) -> dict[str, Any]:
    try:
        token: dict[str, Any] = ask_for(f"{settings.CALENDARS[provider]['oauth_url']}/token")
    except OAuthError as error:
        if error.error == _REVOKED:
            raise GrantGone(str(error.description or "")) from error
        if error.error in {"invalid_client", "unauthorized_client"}:
            raise GatewayMisconfigured(f"{provider} refuses our app ({error.error})") from error
        raise GatewayRejected(str(error.error or "oauth"), str(error.description)) from error
    except ValueError as error:
        raise GatewayUnavailable(f"{provider}: unreadable answer") from error
    return token


def _tokens(token: dict[str, Any], refresh_token: str) -> Tokens:
    try:
        until = timezone.now() + timedelta(seconds=int(token["expires_in"]))
        access = str(token["access_token"])
    except (KeyError, TypeError, ValueError) as error:
        raise GatewayUnavailable("an answer without a token") from error
    kept = str(token.get("refresh_token") or refresh_token)
    if not kept:
        raise GatewayRejected("no-refresh-token")
    return Tokens(access, kept, until, _account(token.get("id_token", "")))


def _account(id_token: str) -> str:
    """Whose calendar it is. It came straight from the provider over TLS, in answer to our secret;
    its signature would say no more (OpenID Connect Core 3.1.3.7)."""
    if not id_token:
        return ""
    try:
        claims = jwt.decode(id_token, options={"verify_signature": False, "verify_aud": False})
    except jwt.PyJWTError:
        return ""
    return str(claims.get("email") or claims.get("preferred_username") or "")[:254]


def revoke(provider: str, refresh_token: str) -> None:
    """Google is told. Microsoft has no such address: there the tokens end with our copy of them,
    and what was granted is taken back at myapps.microsoft.com."""
    if provider != "google":
        return
    door = Door("google-oauth", settings.CALENDARS[provider]["oauth_url"])
    response = door.request("POST", "/revoke", idempotent=True, data={"token": refresh_token})
    if response.status_code not in {200, 400}:
        raise GatewayRejected(f"HTTP_{response.status_code}")


def calendar(
    provider: str, access: str, *, within_s: float | None = None
) -> GoogleCalendar | MicrosoftCalendar:
    """`within_s`: each call is made once and ends by then."""
    kind = GoogleCalendar if provider == "google" else MicrosoftCalendar
    patience = {"deadline": within_s, "read_timeout": within_s, "attempts": 1} if within_s else {}
    return kind(settings.CALENDARS[provider]["api_url"], access, **patience)


def expired(until: datetime, *, spare: timedelta = timedelta(minutes=2)) -> bool:
    return timezone.now() + spare >= until
