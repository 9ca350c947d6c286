"""Holds HTTP exchanges against the providers' official OpenAPI documents.

The documents live beside the checkout, in ../shared/contracts; without them `CONTRACTS` is None
and whoever needs them says so and skips.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

from openapi_core import Config, OpenAPI
from openapi_core.testing import MockRequest, MockResponse

_SHARED = Path(__file__).parents[2] / "shared" / "contracts"
CONTRACTS = _SHARED if _SHARED.is_dir() else None
# Where a stand-in answers, and the document that says how; the mount is not part of its paths.
DOCUMENTS = {
    ("/paypal", "/v2/checkout/"): "paypal/checkout_orders_v2.json",
    ("/paypal", "/v2/payments/"): "paypal/payments_payment_v2.json",
    ("/paypal", "/v1/payments/payouts"): "paypal/payments_payouts_batch_v1.json",
    ("/paypal", "/v1/billing/"): "paypal/billing_subscriptions_v1.json",
    ("/paypal", "/v1/catalogs/"): "paypal/catalogs_products_v1.json",
    ("/paypal", "/v1/customer/disputes"): "paypal/customer_disputes_v1.json",
    ("/paypal", "/v1/notifications/webhooks"): "paypal/notifications_webhooks_v1.json",
    ("/paypal", "/v1/notifications/verify"): "paypal/notifications_webhooks_v1.json",
    ("/twilio", "/v1/Rooms"): "twilio/twilio_video_v1.json",
    ("/twilio", "/v1/Recordings"): "twilio/twilio_video_v1.json",
    ("/zoom/v2", "/users/"): "zoom/zoom_meetings.slice.json",
    ("/zoom/v2", "/meetings/"): "zoom/zoom_meetings.slice.json",
    ("/google/calendar/v3", "/"): "google/calendar.v3.openapi.json",
    ("/openrouter/api/v1", "/chat/completions"): "openrouter/openrouter.slice.json",
    ("/graph/v1.0", "/me/events"): "msgraph/graph_v1_calendar.slice.json",
    # Not Graphy's own: what independent integrations of it agree on.
    ("/graphy", "/public/v1/"): "graphy/graphy.unofficial.openapi.json",
    ("/sendgrid", "/v3/mail/send"): "sendgrid/tsg_mail_v3.json",
}
# What the documents leave out. Google's names no answer but 200, not even the empty one; Twilio's
# no refusal.
_UNSAID = {
    "google/calendar.v3.openapi.json": lambda status: status != 200,
    "twilio/twilio_video_v1.json": lambda status: status >= 400,
}
# Their keys are fields of the form.
_WITHOUT_BEARER = {"/public/v1/"}
_STREAMED = "openrouter/openrouter.slice.json"


@dataclass
class Exchange:
    method: str
    path: str
    query: str
    headers: dict[str, str]
    body: bytes
    status: int
    answer: bytes

    @property
    def media_type(self) -> str:
        return self.headers.get("content-type", "").partition(";")[0]


class Contract:
    def __init__(self, file: Path) -> None:
        self.doc = json.loads(file.read_text())
        _clean(self.doc)
        self.doc["servers"] = [{"url": "/"}]
        self._api = OpenAPI.from_dict(self.doc, config=Config(spec_validator_cls=None))

    def check(self, exchange: Exchange, *, with_answer: bool = True) -> list[str]:
        """What is wrong with the request, or with the answer of our stand-in."""
        if exchange.status == 401:
            return []  # refused before anything was read
        request = MockRequest(
            "http://localhost",
            exchange.method.lower(),
            exchange.path,
            headers=exchange.headers,
            args=dict(parse_qsl(exchange.query)),
            data=exchange.body or None,
            content_type=exchange.media_type or "application/json",
        )
        errors = [_told("request", e) for e in self._api.unmarshal_request(request).errors]
        has_key = any(exchange.path.startswith(prefix) for prefix in _WITHOUT_BEARER)
        if not has_key and not exchange.headers.get("authorization"):
            errors.append("request: no Authorization header")
        errors += self._unknown_names(exchange)
        if with_answer and exchange.status < 500 and exchange.status != 429:
            answer = MockResponse(exchange.answer, status_code=exchange.status)
            found = self._api.unmarshal_response(request, answer).errors
            errors += [_told(f"answer {exchange.status}", error) for error in found]
        return [f"{exchange.method} {exchange.path}: {error}" for error in errors]

    def _unknown_names(self, exchange: Exchange) -> list[str]:
        """The official schemas rarely forbid unknown members, so a typo would be green."""
        operation = self._operation(exchange)
        content = deref(self.doc, operation.get("requestBody", {})).get("content", {})
        schema = content.get("application/json", {}).get("schema")
        if schema is None or not exchange.body:
            return []
        names = unknown(self.doc, [schema], json.loads(exchange.body))
        return [f"request: {name} is not in the official schema" for name in names]

    def _operation(self, exchange: Exchange) -> dict[str, Any]:
        fitting = [t for t in self.doc["paths"] if re.fullmatch(_pattern(t), exchange.path)]
        path: dict[str, Any] = self.doc["paths"][min(fitting, key=lambda t: t.count("{"))]
        operation: dict[str, Any] = path[exchange.method.lower()]
        return operation


def _pattern(template: str) -> str:
    return re.sub(r"\\{[^}]+\\}", "[^/]+", re.escape(template))


def _told(where: str, error: BaseException) -> str:
    leaves: list[str] = []
    cause: BaseException | None = error
    while cause is not None:
        found = getattr(cause, "schema_errors", None) or []
        leaves += [f"/{'/'.join(map(str, leaf.absolute_path))}: {leaf.message}" for leaf in found]
        cause = cause.__cause__
    return f"{where}: {type(error).__name__} {' | '.join(leaves) or error}"[:1500]


def _clean(node: Any) -> None:
    """Drops what stands in a loopback's way: servers, OAuth2 (checked by hand), readOnly on an
    event that is posted back, and the warning about how disputes are paged."""
    if isinstance(node, dict):
        for flag in ("readOnly", "deprecated"):
            if isinstance(node.get(flag), bool):
                node.pop(flag)
        if str(node.get("format", "")).startswith("ppaas"):
            node.pop("format")  # PayPal's own name; the pattern beside it says the same
        if "in" in node and isinstance(node.get("schema"), dict):
            node["schema"].pop("default", None)  # some are prose
        for name in ("servers", "security"):
            if isinstance(node.get(name), list):
                node.pop(name)
    children = node.values() if isinstance(node, dict) else node if isinstance(node, list) else ()
    for child in children:
        _clean(child)


def deref(doc: dict[str, Any], schema: dict[str, Any]) -> dict[str, Any]:
    while "$ref" in schema:
        target: Any = doc
        for part in schema["$ref"][2:].split("/"):
            target = target[part.replace("~1", "/").replace("~0", "~")]
        schema = target
    return schema


def _branches(doc: dict[str, Any], schema: dict[str, Any]) -> Iterator[dict[str, Any]]:
    schema = deref(doc, schema)
    yield schema
    for key in ("allOf", "oneOf", "anyOf"):
        for part in schema.get(key, []):
            yield from _branches(doc, part)


def unknown(doc: dict[str, Any], schemas: list[Any], value: Any, at: str = "") -> list[str]:
    """JSON pointers of members that no branch of the schema knows."""
    parts = [branch for schema in schemas for branch in _branches(doc, schema)]
    if isinstance(value, list):
        items = [part["items"] for part in parts if "items" in part]
        rows = enumerate(value) if items else ()
        return [name for i, row in rows for name in unknown(doc, items, row, f"{at}/{i}")]
    if not isinstance(value, dict):
        return []
    known: dict[str, list[Any]] = {}
    free = not any(part.get("properties") for part in parts)
    for part in parts:
        free |= part.get("additionalProperties") not in (None, False)
        for name, schema in part.get("properties", {}).items():
            known.setdefault(name, []).append(schema)
    found = []
    for name, member in value.items():
        if name in known:
            found += unknown(doc, known[name], member, f"{at}/{name}")
        elif not free:
            found.append(f"{at}/{name}")
    return found


@lru_cache(maxsize=16)
def contract(file: str) -> Contract:
    assert CONTRACTS is not None
    return Contract(CONTRACTS / file)


def is_covered(path: str) -> bool:
    return any(path.startswith(mount + prefix) for mount, prefix in DOCUMENTS)


def errors_of(exchanges: list[Exchange]) -> list[str]:
    """Everything in these exchanges that the providers' own documents would not allow."""
    found = []
    for exchange in exchanges:
        for (mount, prefix), file in DOCUMENTS.items():
            if exchange.path.startswith(mount + prefix):
                inner = replace(exchange, path=exchange.path.removeprefix(mount))
                found += _errors(file, inner)
    return found


def _errors(file: str, exchange: Exchange) -> list[str]:
    checked = contract(file)
    if file == _STREAMED and exchange.answer.startswith(b":"):
        return _pieces(checked, exchange)
    unsaid = _UNSAID.get(file, lambda status: False)(exchange.status)
    return checked.check(exchange, with_answer=not unsaid)


def _pieces(checked: Contract, exchange: Exchange) -> list[str]:
    """A stream is held to its document piece by piece."""
    request = replace(exchange, status=500, answer=b"")
    found = checked.check(request)
    for line in exchange.answer.splitlines():
        if line.startswith(b"data: {"):
            piece = json.loads(line.removeprefix(b"data: "))
            schema = checked.doc["components"]["schemas"]["ChatStreamChunk"]
            for name in schema["required"]:
                if name not in piece:
                    found.append(f"a piece of the stream has no {name}")
            for name in unknown(checked.doc, [schema], piece):
                found.append(f"a piece of the stream has {name}, which is not in the schema")
    return found
