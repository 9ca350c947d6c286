"""One call to somebody's endpoint, through the one door, to a public address alone."""

import time
from dataclasses import dataclass
from http import HTTPStatus

import httpx
from django.utils.translation import gettext as _

from tutorme.core import outside
from tutorme.core.gateways import GatewayError, GatewayRejected
from tutorme.core.http import Door

_MOST_BYTES = 64 * 1024


@dataclass(frozen=True)
class Outcome:
    ms: int
    status: int | None = None
    error: str = ""

    @property
    def is_good(self) -> bool:
        return self.status is not None and 200 <= self.status < 300

    @property
    def is_gone(self) -> bool:
        """The endpoint says that it wants no more (Standard Webhooks: 410)."""
        return self.status == HTTPStatus.GONE


def _any_answer_stands(_response: httpx.Response) -> str:
    return ""


def post(*, name: str, url: str, headers: dict[str, str], body: str) -> Outcome:
    """Never raises for what the other side does: it is an outcome. `name` is the breaker's."""
    began = time.monotonic()
    try:
        answer = _send(name, url, headers, body)
    except GatewayRejected as error:
        return Outcome(_since(began), error=str(error.detail or error)[:200])
    except GatewayError as error:
        return Outcome(_since(began), error=str(error)[:200])
    except httpx.InvalidURL:
        return Outcome(_since(began), error=_("This is not an address."))
    return Outcome(_since(began), answer.status_code, _words(answer.status_code))


def _send(name: str, url: str, headers: dict[str, str], body: str) -> httpx.Response:
    target = outside.look_at(url, may_speak_to=lambda port: port == outside.HTTPS or port >= 1024)
    door = Door(
        name,
        target.origin,
        read_timeout=10,
        deadline=15,
        attempts=1,
        max_bytes=_MOST_BYTES,
        again=_any_answer_stands,
        tells_path=False,
    )
    named = target.named()
    named["headers"] |= headers
    return door.request("POST", target.path, content=body.encode(), **named)


def _words(status: int) -> str:
    if 300 <= status < 400:
        return _("It answered with a redirect, which is not followed.")
    return ""


def _since(began: float) -> int:
    return round((time.monotonic() - began) * 1000)
