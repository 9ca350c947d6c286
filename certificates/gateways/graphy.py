"""Graphy's public API, as independent integrations of it agree (no official description is public;
what this reads is held to `shared/contracts/graphy`). Form-encoded, `mid` and `key` in every call;
a failure often comes with HTTP 200.
"""

import hashlib
import hmac
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import quote

import httpx
from django.conf import settings
from django.utils.dateparse import parse_datetime

from tutorme.core.gateways import (
    GatewayHeld,
    GatewayMisconfigured,
    GatewayRejected,
    GatewayUnavailable,
)
from tutorme.core.http import Door, retry_after
from tutorme.core.limits import Limit, hit, hold

_ALREADY = 19
_TOLERANCE_S = 300
# A refusal that is about the account and not about the learner.
_BUSY = frozenset({"429", "rate-limit"})
# Where it is busy and does not say for how long.
_BUSY_S = 30.0


@dataclass(frozen=True)
class Usage:
    """What Graphy knows of a learner in one product."""

    is_completed: bool
    completed_at: datetime | None


def is_configured() -> bool:
    return bool(settings.GRAPHY["merchant_id"] and settings.GRAPHY["api_key"])


def create_learner(*, email: str, name: str) -> None:
    """There already is as good as created."""
    _post("/public/v1/learners", {"email": email, "name": name, "sendEmail": "true"})


def assign(*, email: str, product_id: str) -> None:
    """Assigned already is as good as assigned."""
    _post("/public/v1/assign", {"email": email, "productId": product_id})


def usage(*, email: str, product_id: str) -> Usage:
    """By the address as the learner's id. The answer's shape is the least certain of all: what is
    not understood counts as not completed, and the message of its completion is waited for."""
    data = _call("GET", f"/public/v1/learners/{quote(email, safe='')}/usage", params=_account())
    rows = data.get("data")
    for row in rows if isinstance(rows, list) else []:
        if isinstance(row, dict) and str(row.get("productId")) == product_id:
            return _usage(row)
    return Usage(is_completed=False, completed_at=None)


def _usage(row: Mapping[str, Any]) -> Usage:
    progress, written = row.get("progress"), str(row.get("completedAt") or "")
    try:
        at = parse_datetime(written)
    except ValueError:
        at = None
    done = isinstance(progress, int | float) and progress >= 100
    return Usage(is_completed=done, completed_at=at if at is not None and at.tzinfo else None)


def _account() -> dict[str, str]:
    account = settings.GRAPHY
    if not is_configured():
        raise GatewayMisconfigured("GRAPHY_MERCHANT_ID or GRAPHY_API_KEY is not set")
    return {"mid": account["merchant_id"], "key": account["api_key"]}


def _post(path: str, fields: dict[str, str]) -> None:
    # Both may be repeated: the address is Graphy's key for a learner and for an assignment.
    _call("POST", path, data={**_account(), **fields}, idempotent=True)


def _call(method: str, path: str, **content: Any) -> dict[str, Any]:
    """One call counts once: it is the job that calls again. When Graphy asks for a pause, nobody
    of ours calls until it is over."""
    limit, account = _limit()
    verdict = hit(limit, account)
    if not verdict.allowed:
        wait_s = verdict.retry_after_s
        raise GatewayHeld(f"the limit of calls: again in {wait_s} s", retry_after_s=wait_s)
    door = Door("graphy", settings.GRAPHY["base_url"], attempts=1)
    try:
        return _read(door.request(method, path, **content))
    except GatewayUnavailable as error:
        if error.retry_after_s:
            hold(limit, account, error.retry_after_s)
        raise


def _limit() -> tuple[Limit, str]:
    """Of the account, over all processes, by the minute."""
    return Limit("graphy", settings.GRAPHY["calls_per_minute"], 60), settings.GRAPHY["merchant_id"]


def _read(response: httpx.Response) -> dict[str, Any]:
    if response.status_code in {401, 403}:
        raise GatewayMisconfigured(f"Graphy refuses our key: {response.status_code}")
    try:
        answer = response.json()
    except ValueError as error:
        raise GatewayUnavailable("Graphy answered with no JSON") from error
    if not isinstance(answer, dict):
        raise GatewayUnavailable("Graphy answered with no object")
    refusal = answer.get("error")
    if isinstance(refusal, dict) and not _is_there_already(refusal):
        code, told = str(refusal.get("code", "error")), str(refusal.get("message", ""))[:200]
        if code in _BUSY:
            wait_s = retry_after(response) or _BUSY_S
            raise GatewayUnavailable(f"Graphy is busy: {told}", retry_after_s=wait_s)
        raise GatewayRejected(code, told)
    if not isinstance(refusal, dict) and response.status_code >= 400:
        raise GatewayRejected(str(response.status_code))
    return answer


def _is_there_already(error: Mapping[str, Any]) -> bool:
    told = str(error.get("message", "")).lower()
    return error.get("code") == _ALREADY or "already" in told


def is_genuine(*, body: bytes, signature: str, timestamp: str) -> bool:
    """`sha256=` and the hex HMAC-SHA256 of the timestamp, a dot and the raw body, by any of our
    secrets, within five minutes. `GatewayMisconfigured` without a secret."""
    secrets = settings.GRAPHY["secrets"]
    if not secrets:
        raise GatewayMisconfigured("GRAPHY_WEBHOOK_SECRET is not set")
    if not (timestamp.isascii() and timestamp.isdigit() and len(timestamp) <= 12):
        return False
    if abs(time.time() - int(timestamp)) > _TOLERANCE_S:
        return False
    signed = timestamp.encode() + b"." + body
    given = signature.encode("utf-8", "replace")
    fits = [
        hmac.compare_digest(
            b"sha256=" + hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest().encode(),
            given,
        )
        for secret in secrets
    ]
    return any(fits)
