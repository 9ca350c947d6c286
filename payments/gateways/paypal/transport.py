"""How we speak to PayPal.

`paypalrestsdk` is archived, so only its `Api` object is used, as an authenticated transport to
today's REST paths, and its calls go through our HTTP door. What is mended here: no timeout, 400
returned as a result, a lasting 401 that recurses, request headers leaked into the token call, no
early renewal of tokens, headers and bodies written to the debug log.
"""

import json
import threading
import time
from typing import Any

import paypalrestsdk
from paypalrestsdk.exceptions import UnauthorizedAccess

from tutorme.core.gateways import GatewayMisconfigured, GatewayRejected, GatewayUnavailable
from tutorme.core.http import Door

RENEW_BEFORE_S = 60
# PayPal is still busy with the first call of this request id: asking again later tells how it went.
_UNDER_WAY = frozenset({"PREVIOUS_REQUEST_IN_PROGRESS", "ORDER_COMPLETION_IN_PROGRESS"})


class Refusal(GatewayRejected):
    """A final no, with all that PayPal said."""

    def __init__(self, code: str, answer: dict[str, Any]) -> None:
        super().__init__(code, str(answer.get("message", ""))[:500])
        self.answer = answer


class Transport(paypalrestsdk.Api):  # type: ignore[misc]
    """The SDK's token handling over our door: bounded, silent about secrets, safe in threads."""

    def __init__(
        self, *, base_url: str, client_id: str, client_secret: str, door: Door | None = None
    ) -> None:
        super().__init__(endpoint=base_url, client_id=client_id, client_secret=client_secret)
        self.token_hash: dict[str, Any] | None = None
        self._door = door or Door(provider="paypal", base_url=base_url)
        self._lock = threading.Lock()
        self._token_born = 0.0

    def get_token_hash(self, *_args: Any, **_options: Any) -> dict[str, Any]:
        with self._lock:
            token: dict[str, Any] = super().get_token_hash()
            return token

    def validate_token_hash(self) -> None:
        age = time.monotonic() - self._token_born
        if self.token_hash and age > self.token_hash.get("expires_in", 0) - RENEW_BEFORE_S:
            self.token_hash = None

    def http_call(self, url: str, method: str, **options: Any) -> dict[str, Any]:
        """The SDK's one way out; here it only ever asks for a token."""
        path = url.removeprefix(self.endpoint)
        asked_at = time.monotonic()
        response = self._door.request(
            method, path, idempotent=True, headers=options["headers"], content=options["data"]
        )
        self._token_born = asked_at
        if response.status_code != 200:
            raise GatewayMisconfigured(f"PayPal refuses our credentials ({response.status_code})")
        token = _json(response.status_code, response.content)
        if not {"access_token", "token_type"} <= token.keys():
            raise GatewayUnavailable("paypal: an answer without a token")
        return token

    def call(
        self,
        method: str,
        path: str,
        *,
        body: bytes | None = None,
        request_id: str = "",
        harmless: bool = False,
    ) -> dict[str, Any]:
        """The JSON of a 2xx. The door repeats GETs, calls with a request id and harmless ones."""
        for last_try in (False, True):
            headers = self.headers()
            if request_id:
                headers["PayPal-Request-Id"] = request_id
            if body is None:
                headers.pop("Content-Type", None)
            response = self._door.request(
                method,
                path,
                idempotent=method == "GET" or bool(request_id) or harmless,
                headers=headers,
                content=body,
            )
            try:
                return self._read(response.status_code, response.content)
            except UnauthorizedAccess as error:
                # A token can be revoked before its time: one new one, then it is our keys.
                self.token_hash = None
                if last_try:
                    raise GatewayMisconfigured("PayPal refuses our token") from error
        raise AssertionError("the second try returns or raises")

    def _read(self, status: int, content: bytes) -> dict[str, Any]:
        if status == 401:
            raise UnauthorizedAccess(None, "")
        answer = _json(status, content)
        if 200 <= status < 300:
            return answer
        code = _issue(answer) or f"HTTP_{status}"
        if code in _UNDER_WAY:
            raise GatewayUnavailable(f"paypal: {code}")
        if status == 403:
            raise GatewayMisconfigured(f"PayPal does not let our app do this ({code})")
        raise Refusal(code, answer)

    def get(self, path: str) -> dict[str, Any]:
        return self.call("GET", path)

    def post(
        self, path: str, body: dict[str, Any] | None = None, *, request_id: str = ""
    ) -> dict[str, Any]:
        """Repeated by the door only where a request id makes that safe."""
        content = None if body is None else json.dumps(body).encode()
        return self.call("POST", path, body=content, request_id=request_id)


def _json(status: int, content: bytes) -> dict[str, Any]:
    try:
        answer = json.loads(content) if content else {}
    except ValueError as error:
        raise GatewayUnavailable(f"paypal: unreadable answer, HTTP {status}") from error
    if not isinstance(answer, dict):
        raise GatewayUnavailable(f"paypal: not an object, HTTP {status}")
    return answer


def _issue(answer: dict[str, Any]) -> str:
    """The most exact word of a refusal."""
    details = answer.get("details")
    first = details[0] if isinstance(details, list) and details else {}
    issue = first.get("issue") if isinstance(first, dict) else None
    return str(issue or answer.get("name") or answer.get("error") or "")[:100]
