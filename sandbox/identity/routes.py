"""OpenID Connect as Google, Microsoft and Apple speak it: discovery, the page where a person says
who they are, token, keys and userinfo. Apple posts its answer and takes a JWT for a secret."""

import json
from typing import Any
from urllib.parse import urlencode

import jwt
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from sandbox.faults import operation
from sandbox.identity import firebase, signing
from sandbox.identity.people import PEOPLE, Grant, Person, claims_of, memory
from sandbox.pages import templates

NAMES = {"google": "Google", "microsoft": "Microsoft", "apple": "Apple"}
APPLE_ISSUER = "https://appleid.apple.com"


def issuer_of(request: Request, name: str) -> str:
    """Apple's own, because its clients know no other; the rest are where they answer."""
    return APPLE_ISSUER if name == "apple" else f"{request.base_url}idp/{name}"


def _discovery(name: str) -> Any:
    @operation(name, "discovery")
    async def discovery(request: Request) -> Response:
        at = f"{request.base_url}idp/{name}"
        return JSONResponse(
            {
                "issuer": issuer_of(request, name),
                "authorization_endpoint": f"{at}/authorize",
                "token_endpoint": f"{at}/token",
                "userinfo_endpoint": f"{at}/userinfo",
                "jwks_uri": f"{at}/keys",
                "response_types_supported": ["code"],
                "subject_types_supported": ["public"],
                "id_token_signing_alg_values_supported": ["RS256"],
                "token_endpoint_auth_methods_supported": ["client_secret_post"],
                "code_challenge_methods_supported": ["S256"],
            }
        )

    return discovery


def _authorize(name: str) -> Any:
    async def authorize(request: Request) -> Response:
        if request.method == "POST":
            return await _decided(request, name)
        asked = dict(request.query_params)
        missing = {"client_id", "redirect_uri", "response_type", "state"} - set(asked)
        if missing:
            return Response(f"Missing: {', '.join(sorted(missing))}", status_code=400)
        context = {"name": NAMES[name], "asked": asked, "people": PEOPLE}
        return templates.TemplateResponse(request, "authorize.html", context)

    return authorize


async def _decided(request: Request, name: str) -> Response:
    form = {key: str(value) for key, value in (await request.form()).items()}
    answer = {"state": form["state"]}
    if form.get("choice") == "cancel":
        # Apple's word for it differs from everybody's.
        answer["error"] = "user_cancelled_authorize" if name == "apple" else "access_denied"
    else:
        grant = _granted(form, name)
        answer["code"] = grant.code
    if form.get("response_mode") == "form_post":
        if "code" in answer:
            # Apple says the name here, once, and never in a token.
            first, _, last = grant.person.name.partition(" ")
            answer["user"] = json.dumps({"name": {"firstName": first, "lastName": last}})
        context = {"action": form["redirect_uri"], "fields": answer, "name": NAMES[name]}
        return templates.TemplateResponse(request, "form_post.html", context)
    return RedirectResponse(f"{form['redirect_uri']}?{urlencode(answer)}", status_code=303)


def _granted(form: dict[str, str], name: str) -> Grant:
    chosen, _, verified = form.get("person", "").rpartition("|")
    shown_name, _, email = chosen.partition("|")
    if form.get("email"):
        shown_name, email = form.get("name") or "Somebody New", form["email"]
        verified = "yes" if form.get("verified") else ""
    grant = Grant(
        provider=name,
        person=Person(shown_name, email, bool(verified)),
        client_id=form["client_id"],
        redirect_uri=form["redirect_uri"],
        nonce=form.get("nonce", ""),
        challenge=form.get("code_challenge", ""),
    )
    memory.keep(grant)
    return grant


def _token(name: str) -> Any:
    @operation(name, "token")
    async def token(request: Request) -> Response:
        form = {key: str(value) for key, value in (await request.form()).items()}
        if not _knows_secret(form, name):
            return _refuse("invalid_client", 401)
        grant = memory.redeem(form.get("code", ""))
        if grant is None or not _fits(grant, form, name):
            return _refuse("invalid_grant", 400)
        made = _id_token(request, grant, request.state.fault)
        body = {"access_token": grant.token, "token_type": "Bearer", "expires_in": 3600}
        return JSONResponse({**body, "id_token": made})

    return token


def _refuse(error: str, status: int) -> Response:
    return JSONResponse({"error": error}, status_code=status)


def _knows_secret(form: dict[str, str], name: str) -> bool:
    """Any secret but `wrong`; Apple's is a short-lived JWT made for each call."""
    secret = form.get("client_secret", "")
    if name != "apple":
        return secret not in {"", "wrong"}
    try:
        claims = jwt.decode(
            secret, signing.apple_public_key(), algorithms=["ES256"], audience=APPLE_ISSUER
        )
    except jwt.PyJWTError:
        return False
    return claims.get("sub") == form.get("client_id") and bool(claims.get("iss"))


def _fits(grant: Grant, form: dict[str, str], name: str) -> bool:
    if grant.provider != name or grant.client_id != form.get("client_id"):
        return False
    if grant.redirect_uri != form.get("redirect_uri"):
        return False
    verifier = form.get("code_verifier", "")
    return not grant.challenge or signing.challenge_of(verifier) == grant.challenge


# What a fault of `token` does to the ID token; everything else about the answer stays right.
_SPOILT: dict[str, dict[str, Any]] = {
    "wrong-audience": {"aud": "somebody-else"},
    "wrong-issuer": {"iss": "https://evil.test"},
    "wrong-nonce": {"nonce": "another"},
    "expired": {"iat": 1_600_000_000, "exp": 1_600_000_300},
    "bad-signature": {"signed_by": "another"},
}


def _id_token(request: Request, grant: Grant, fault: Any) -> str:
    claims = {
        **claims_of(grant.person),
        "iss": issuer_of(request, grant.provider),
        "aud": grant.client_id,
        "nonce": grant.nonce or None,
    }
    if grant.provider == "apple":
        del claims["name"]
    if grant.provider == "microsoft":
        # Microsoft says nothing of `email_verified`; this claim is the tenant's word for it.
        claims["xms_edov"] = claims.pop("email_verified")
    return signing.id_token({**claims, **_SPOILT.get(getattr(fault, "kind", ""), {})})


def _keys(name: str) -> Any:
    @operation(name, "keys")
    async def keys(_request: Request) -> Response:
        return JSONResponse(signing.jwks(), headers={"Cache-Control": "public, max-age=3600"})

    return keys


def _userinfo(name: str) -> Any:
    @operation(name, "userinfo")
    async def userinfo(request: Request) -> Response:
        token = request.headers.get("Authorization", "").removeprefix("Bearer ")
        grant = memory.holder(token)
        if grant is None or grant.provider != name:
            return _refuse("invalid_token", 401)
        return JSONResponse(claims_of(grant.person))

    return userinfo


routes = [
    *(
        route
        for name in NAMES
        for route in (
            Route(f"/idp/{name}/.well-known/openid-configuration", _discovery(name)),
            Route(f"/idp/{name}/authorize", _authorize(name), methods=["GET", "POST"]),
            Route(f"/idp/{name}/token", _token(name), methods=["POST"]),
            Route(f"/idp/{name}/keys", _keys(name)),
            Route(f"/idp/{name}/userinfo", _userinfo(name)),
        )
    ),
    *firebase.routes,
]
