"""OpenRouter's chat completions, or any server of the same API, through the one HTTP door.

An answer is always of a JSON schema that was asked for strictly and is checked again here. Errors
come as a status, or as `error` in a body with HTTP 200, or in the middle of a stream.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import httpx
import structlog
from django.conf import settings
from django.core.cache import cache

from ai.gateways.reading import (
    Answer,
    Refusal,
    Stream,
    Usage,
    answer_of,
    body_of,
    refusal_of,
    usage_of,
)
from tutorme.core.errors import ProviderNotConfigured
from tutorme.core.gateways import GatewayMisconfigured, GatewayRejected, GatewayUnavailable
from tutorme.core.http import Door

log = structlog.get_logger(__name__)

PROVIDER = "openrouter"
_PASSING = frozenset({408, 429, 502, 503, 504, 524, 529})
_KEY_REFUSED = frozenset({401, 402})
# After "no credit" nobody asks again for a while: every call would be refused.
_PAUSE_S = 600
_PAUSED = "ai:paused"


@dataclass(frozen=True)
class Ask:
    """One question. `name` names the schema for the server; `messages` are ready to be sent."""

    name: str
    schema: dict[str, Any]
    messages: list[dict[str, str]]
    max_tokens: int
    user: str = ""


@dataclass
class Bill:
    """What a call comes to over all its tries: what those said that were answered, whatever became
    of them, and how many were `unheard`: they left, and may have been carried out."""

    usages: list[Usage] = field(default_factory=list)
    unheard: int = 0

    def note(self, usage: Usage) -> None:
        if usage != Usage():
            self.usages.append(usage)

    def note_silence(self) -> None:
        self.unheard += 1


def is_configured() -> bool:
    return bool(settings.OPENROUTER["api_key"] and settings.OPENROUTER["models"])


def require_configured() -> None:
    if not is_configured():
        raise ProviderNotConfigured
    if cache.get(_PAUSED):
        raise ProviderNotConfigured("The provider's account has no credit left.")


def model_asked() -> str:
    return str(settings.OPENROUTER["models"][0])


def complete(ask: Ask, bill: Bill | None = None) -> Answer:
    """May be tried up to three times; each is on the `bill`."""
    response = _post(ask, {}, bill or Bill(), idempotent=True)
    body = body_of(response.content)
    _refuse(response.status_code, refusal_of(body))
    return answer_of(body, ask.schema)


def stream(ask: Ask, on_text: Callable[[str], None], bill: Bill | None = None) -> Answer:
    """Tells the text so far with each piece. Not tried again by itself: what was told was told.
    What it cost is on the `bill`, also where it broke off after saying so."""
    told, bill = Stream(), bill or Bill()

    def heard(chunk: bytes) -> None:
        told.feed(chunk)
        on_text(told.text)

    try:
        response = _post(ask, {"stream": True}, bill, idempotent=False, on_bytes=heard)
    finally:
        bill.note(told.usage)
    if not response.headers.get("Content-Type", "").startswith("text/event-stream"):
        body = body_of(response.content)
        _refuse(response.status_code, refusal_of(body))
        return answer_of(body, ask.schema)
    told.feed(b"\n")
    _refuse(response.status_code, told.refusal)
    if not told.ended:
        raise GatewayUnavailable(f"{PROVIDER}: the stream broke off")
    return answer_of(told.body(), ask.schema)


def _post(
    ask: Ask,
    more: dict[str, Any],
    bill: Bill,
    *,
    idempotent: bool,
    on_bytes: Callable[[bytes], None] | None = None,
) -> httpx.Response:
    require_configured()

    def again(response: httpx.Response) -> str:
        body = body_of(response.content)
        bill.note(usage_of(body.get("usage")))
        return _again(response.status_code, refusal_of(body))

    door = Door(
        PROVIDER,
        settings.OPENROUTER["base_url"],
        read_timeout=settings.OPENROUTER["deadline"],
        deadline=settings.OPENROUTER["deadline"],
        max_bytes=2 * 1024 * 1024,
        wait_initial=0.5,
        again=again,
        on_silence=bill.note_silence,
    )
    return door.request(
        "POST",
        "/chat/completions",
        idempotent=idempotent,
        on_bytes=on_bytes,
        headers={
            "Authorization": f"Bearer {settings.OPENROUTER['api_key']}",
            "HTTP-Referer": settings.PUBLIC_BASE_URL,
            "X-Title": settings.SITE_NAME,
        },
        json={**_body(ask), **more},
    )


def _body(ask: Ask) -> dict[str, Any]:
    """`require_parameters` keeps the router from providers that would ignore the schema;
    `data_collection` from those that keep or train on what is sent."""
    models = settings.OPENROUTER["models"]
    body: dict[str, Any] = {
        "model": models[0],
        "messages": ask.messages,
        "temperature": 0.4,
        "max_completion_tokens": ask.max_tokens,
        "response_format": {
            "type": "json_schema",
            "json_schema": {"name": ask.name, "strict": True, "schema": ask.schema},
        },
    }
    if ask.user:
        body["user"] = ask.user
    if settings.OPENROUTER["routing"]:
        body["provider"] = {"require_parameters": True, "data_collection": "deny"}
        if models[1:]:
            body["models"] = models
    return body


def _again(status: int, refusal: Refusal | None) -> str:
    """Why to try again: the status, or an error in a body that says 200."""
    code = status if status != httpx.codes.OK else 0
    code = code or (refusal.code if refusal else 0)
    if code not in _PASSING or (refusal and refusal.retryable is False):
        return ""
    return f"HTTP {status}, error {code}"


def _refuse(status: int, refusal: Refusal | None) -> None:
    """Raises what an error means; nothing where the answer is one."""
    if status == httpx.codes.OK and refusal is None:
        return
    code = status if status != httpx.codes.OK else 0
    code = code or (refusal.code if refusal else 500)
    message = refusal.message if refusal else f"HTTP {status}"
    if code in _KEY_REFUSED:
        log.error("ai.key_refused", code=code)
        if code == httpx.codes.PAYMENT_REQUIRED:
            cache.set(_PAUSED, code, _PAUSE_S)
        raise GatewayMisconfigured(f"{PROVIDER}: {code} {message}")
    if code in _PASSING and not (refusal and refusal.retryable is False):
        raise GatewayUnavailable(f"{PROVIDER}: {code} {message}")
    raise GatewayRejected(str(code), message)
