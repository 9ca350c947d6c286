"""OAuth 2 with PKCE and refresh tokens: the page where somebody lets us at their calendar, the
tokens, and taking it all back. Microsoft's refresh tokens are good once, as theirs are."""

import secrets
import threading
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from sandbox.faults import Endpoint, operation
from sandbox.identity import signing
from sandbox.identity.people import PEOPLE
from sandbox.pages import templates

NAMES = {"google": "Google Calendar", "graph": "Microsoft 365"}
_LIFE_S = 3600


def _secret() -> str:
    return secrets.token_urlsafe(32)


@dataclass
class Grant:
    provider: str
    account: str
    client_id: str
    redirect_uri: str
    challenge: str
    scope: str
    code: str = field(default_factory=_secret)
    refresh: str = field(default_factory=_secret)
    is_revoked: bool = False


class Grants:
    def __init__(self) -> None:
        self.lock = threading.RLock()
        self._by_code: dict[str, Grant] = {}
        self._by_refresh: dict[str, Grant] = {}
        # Access token: its grant, and the monotonic second at which it ends.
        self._access: dict[str, tuple[Grant, float]] = {}

    def forget(self) -> None:
        with self.lock:
            self._by_code.clear()
            self._by_refresh.clear()
            self._access.clear()

    def keep(self, grant: Grant) -> None:
        with self.lock:
            self._by_code[grant.code] = grant

    def redeem(self, code: str) -> Grant | None:
        with self.lock:
            grant = self._by_code.pop(code, None)
            if grant:
                self._by_refresh[grant.refresh] = grant
            return grant

    def refreshed(self, token: str) -> Grant | None:
        """The grant of a refresh token; one of Microsoft's is used up by this."""
        with self.lock:
            grant = self._by_refresh.get(token)
            if grant is None or grant.is_revoked:
                return None
            if grant.provider == "graph":
                del self._by_refresh[token]
                grant.refresh = _secret()
                self._by_refresh[grant.refresh] = grant
            return grant

    def access(self, grant: Grant) -> str:
        token = _secret()
        with self.lock:
            self._access[token] = (grant, time.monotonic() + _LIFE_S)
        return token

    def holder(self, token: str, provider: str) -> Grant | None:
        with self.lock:
            grant, until = self._access.get(token, (None, 0.0))
        good = grant is not None and grant.provider == provider and not grant.is_revoked
        return grant if good and until > time.monotonic() else None

    def revoke(self, account: str = "", *, token: str = "") -> int:
        """By its owner at the provider, or by us with one of its tokens."""
        with self.lock:
            named = self._access.get(token, (None, 0.0))[0] or self._by_refresh.get(token)
            found = {id(g): g for g in self._by_refresh.values()}.values()
            gone = [g for g in found if g is named or (account and g.account == account)]
            for grant in gone:
                grant.is_revoked = True
            return len(gone)


grants = Grants()


def _authorize(provider: str) -> Endpoint:
    async def authorize(request: Request) -> Response:
        if request.method == "POST":
            return await _decided(request, provider)
        asked = dict(request.query_params)
        wanted = {"client_id", "redirect_uri", "response_type", "state", "code_challenge", "scope"}
        missing = wanted - set(asked)
        if missing:
            return Response(f"Missing: {', '.join(sorted(missing))}", status_code=400)
        context = {"name": NAMES[provider], "asked": asked, "people": PEOPLE}
        return templates.TemplateResponse(request, "authorize.html", context)

    return authorize


async def _decided(request: Request, provider: str) -> Response:
    form = {key: str(value) for key, value in (await request.form()).items()}
    answer = {"state": form["state"]}
    if form.get("choice") == "cancel":
        answer["error"] = "access_denied"
    else:
        account = form.get("email") or form.get("person", "").split("|")[1]
        grant = Grant(
            provider=provider,
            account=account,
            client_id=form["client_id"],
            redirect_uri=form["redirect_uri"],
            challenge=form["code_challenge"],
            scope=form["scope"],
        )
        grants.keep(grant)
        answer["code"] = grant.code
    return RedirectResponse(f"{form['redirect_uri']}?{urlencode(answer)}", status_code=303)


def _token(provider: str, of_faults: str) -> Endpoint:
    @operation(of_faults, "token")
    async def token(request: Request) -> Response:
        form = {key: str(value) for key, value in (await request.form()).items()}
        if form.get("client_secret", "") in {"", "wrong"}:
            return JSONResponse({"error": "invalid_client"}, status_code=401)
        grant = _granted(form, provider)
        if grant is None or getattr(request.state.fault, "kind", "") == "revoked":
            body = {"error": "invalid_grant", "error_description": "Token has been revoked."}
            return JSONResponse(body, status_code=400)
        return JSONResponse(_tokens(grant, request, form))

    return token


def _granted(form: dict[str, str], provider: str) -> Grant | None:
    if form.get("grant_type") == "refresh_token":
        grant = grants.refreshed(form.get("refresh_token", ""))
        return grant if grant and grant.provider == provider else None
    grant = grants.redeem(form.get("code", ""))
    if grant is None or grant.provider != provider:
        return None
    fits = (
        grant.client_id == form.get("client_id")
        and grant.redirect_uri == form.get("redirect_uri")
        and signing.challenge_of(form.get("code_verifier", "")) == grant.challenge
    )
    return grant if fits else None


def _tokens(grant: Grant, request: Request, form: dict[str, str]) -> dict[str, Any]:
    fault = request.state.fault
    short = getattr(fault, "kind", "") == "short-lived"
    body = {
        "access_token": grants.access(grant),
        "token_type": "Bearer",
        "expires_in": int(fault.seconds) if short else _LIFE_S,
        "scope": grant.scope,
    }
    first = form.get("grant_type") == "authorization_code"
    if first or grant.provider == "graph":
        body["refresh_token"] = grant.refresh
    if first:
        claims = {"sub": grant.account, "aud": grant.client_id, "email": grant.account}
        body["id_token"] = signing.id_token({"iss": f"{request.base_url}", **claims})
    return body


def _revoke(of_faults: str) -> Endpoint:
    @operation(of_faults, "revoke")
    async def revoke(request: Request) -> Response:
        form = await request.form()
        found = grants.revoke(token=str(form.get("token", "")))
        return JSONResponse({} if found else {"error": "invalid_token"}, 200 if found else 400)

    return revoke


async def take_back(request: Request) -> Response:
    """Not the providers': `POST {"account"}` is its owner taking back what they granted."""
    return JSONResponse({"revoked": grants.revoke((await request.json())["account"])})


def routes_of(provider: str, of_faults: str) -> list[Route]:
    at = f"/{provider}/oauth"
    return [
        Route(f"{at}/authorize", _authorize(provider), methods=["GET", "POST"]),
        Route(f"{at}/token", _token(provider, of_faults), methods=["POST"]),
        Route(f"{at}/revoke", _revoke(of_faults), methods=["POST"]),
    ]


Answering = Callable[[Request, str], Awaitable[Response]]


def of_account(provider: str, refusal: dict[str, Any]) -> Callable[[Answering], Endpoint]:
    """Whose calendar the call is about, by its token; without a good one, 401."""

    def wrapped(answering: Answering) -> Endpoint:
        async def checked(request: Request) -> Response:
            token = request.headers.get("Authorization", "").removeprefix("Bearer ")
            grant = grants.holder(token, provider)
            if grant is None:
                return JSONResponse(refusal, status_code=401)
            return await answering(request, grant.account)

        return checked

    return wrapped
