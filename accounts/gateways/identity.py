"""How we speak to identity providers: allauth's and Firebase's HTTP, through the one door."""

import json
from typing import Any, Self
from urllib.parse import urlsplit

import httpx
import jwt
import requests
from cryptography import x509
from django.core.cache import cache
from jwt import PyJWK

from tutorme.core.gateways import GatewayRejected, GatewayUnavailable
from tutorme.core.http import Door

ALGORITHMS = ("RS256", "ES256")
LEEWAY_S = 30
_SHORTEST_S, _LONGEST_S = 60, 6 * 3600


class Answer:
    """What allauth reads of a `requests` response."""

    def __init__(self, response: httpx.Response) -> None:
        self._response = response
        self.status_code, self.headers = response.status_code, response.headers
        self.content, self.text = response.content, response.text
        self.ok = response.is_success

    def json(self) -> Any:
        try:
            return json.loads(self.content)
        except ValueError as error:
            raise requests.RequestException("not JSON") from error

    def raise_for_status(self) -> None:
        if not self.ok:
            raise requests.RequestException(f"HTTP {self.status_code}")


class Session:
    """Stands where allauth expects a `requests` session. Tokens are asked for once: a code that
    was redeemed is gone, so only reading is repeated."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def get(self, url: str, **options: Any) -> Answer:
        return self.request("GET", url, **options)

    def post(self, url: str, **options: Any) -> Answer:
        return self.request("POST", url, **options)

    def request(self, method: str, url: str, **options: Any) -> Answer:
        kept = {name: value for name, value in options.items() if value is not None}
        try:
            return Answer(_ask(method, url, **kept))
        except GatewayUnavailable as error:
            raise requests.RequestException(str(error)) from error


def _ask(method: str, url: str, **options: Any) -> httpx.Response:
    parts = urlsplit(url)
    host = f"{parts.scheme}://{parts.netloc}"
    door = Door(provider=f"identity:{parts.hostname}", base_url=host, deadline=10.0, attempts=2)
    return door.request(method, url.removeprefix(host), **options)


def signing_key(keys_url: str, kid: str) -> Any:
    """The provider's public key of that id, kept as long as the provider says. An unknown id asks
    once more, since keys change; who sends nonsense ids makes us ask once a minute."""
    if found := _keys(keys_url).get(kid):
        return _key(found)
    if cache.add(f"identity:asked:{keys_url}", True, timeout=_SHORTEST_S):
        cache.delete(f"identity:keys:{keys_url}")
        if found := _keys(keys_url).get(kid):
            return _key(found)
    raise GatewayRejected("unknown-key", "no such key id")


def _keys(keys_url: str) -> dict[str, Any]:
    kept: dict[str, Any] | None = cache.get(f"identity:keys:{keys_url}")
    if kept is not None:
        return kept
    answer = _ask("GET", keys_url)
    if not answer.is_success:
        raise GatewayUnavailable(f"keys: HTTP {answer.status_code}")
    body = answer.json()
    # JWKS, or Google's map of key id to certificate.
    rows = body.get("keys")
    found = {row["kid"]: row for row in rows if "kid" in row} if rows is not None else dict(body)
    cache.set(f"identity:keys:{keys_url}", found, timeout=_lifetime(answer))
    return found


def _lifetime(answer: httpx.Response) -> int:
    for part in answer.headers.get("Cache-Control", "").split(","):
        name, _, value = part.strip().partition("=")
        if name == "max-age" and value.isdigit():
            return min(max(int(value), _SHORTEST_S), _LONGEST_S)
    return _SHORTEST_S


def _key(row: Any) -> Any:
    if isinstance(row, str):
        return x509.load_pem_x509_certificate(row.encode()).public_key()
    return PyJWK(row, algorithm=row.get("alg", "RS256")).key


def verified_claims(
    token: str, *, keys_url: str, audience: str, algorithms: tuple[str, ...] = ALGORITHMS
) -> dict[str, Any]:
    """The claims of an ID token whose signature, audience and times hold; the issuer is the
    caller's to compare. `GatewayRejected` for whatever is wrong with it."""
    try:
        header = jwt.get_unverified_header(token)
        kid, algorithm = header.get("kid"), header.get("alg")
        if not isinstance(kid, str) or algorithm not in algorithms:
            raise GatewayRejected("bad-header", "no key id, or another algorithm")
        claims: dict[str, Any] = jwt.decode(
            token,
            signing_key(keys_url, kid),
            algorithms=[algorithm],
            audience=audience,
            leeway=LEEWAY_S,
            options={"require": ["exp", "iat", "aud", "iss", "sub"], "verify_iat": True},
        )
    except (jwt.PyJWTError, ValueError, TypeError) as error:
        raise GatewayRejected("bad-token", type(error).__name__) from error
    return claims
