"""How we speak to Twilio: forms in, JSON out, through our one HTTP door.

The SDK's REST client is left out: it costs a web process 45 MB and 135 ms, and brings its own
transport with raw `requests` errors. Its token and its signature check are used (calls, signing).
"""

import json
from dataclasses import dataclass
from typing import Any

from tutorme.core.gateways import GatewayMisconfigured, GatewayRejected, GatewayUnavailable
from tutorme.core.http import Door


@dataclass(frozen=True)
class Account:
    """An API key of the account; the account's own auth token signs callbacks alone."""

    sid: str
    key: str
    secret: str

    def __repr__(self) -> str:
        return f"Account({self.sid})"


class Transport:
    def __init__(self, base_url: str, account: Account, door: Door | None = None) -> None:
        self._door = door or Door(provider="twilio", base_url=base_url)
        self._account = account

    def call(
        self,
        method: str,
        path: str,
        form: dict[str, str] | None = None,
        *,
        idempotent: bool | None = None,
    ) -> dict[str, Any]:
        """The JSON of a 2xx. Only what may be repeated is tried again."""
        sent: dict[str, Any] = {"data": form} if form is not None else {}
        response = self._door.request(
            method,
            path,
            idempotent=idempotent,
            auth=(self._account.key, self._account.secret),
            **sent,
        )
        if response.status_code == 204:
            return {}
        answer = _json(response.status_code, response.content)
        if 200 <= response.status_code < 300:
            return answer
        if response.status_code in {401, 403}:
            raise GatewayMisconfigured(f"Twilio refuses our key ({response.status_code})")
        code = str(answer.get("code") or f"HTTP_{response.status_code}")
        raise GatewayRejected(code, str(answer.get("message", ""))[:500])


def _json(status: int, content: bytes) -> dict[str, Any]:
    try:
        answer = json.loads(content) if content else {}
    except ValueError as error:
        raise GatewayUnavailable(f"twilio: unreadable answer, HTTP {status}") from error
    if not isinstance(answer, dict):
        raise GatewayUnavailable(f"twilio: not an object, HTTP {status}")
    return answer
