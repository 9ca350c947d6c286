"""Zoom's event subscription: an address proves itself with the secret token before it is told
anything, and everything it is told is signed. The shapes are those of Zoom's own library Rivet
(zoom.github.io/rivet-javascript, types `Meeting…Event`): no field it does not name, none missing
that it requires."""

import hashlib
import hmac
import json
import os
import secrets
import time
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import httpx

from sandbox.faults import board

SECRET = "sandbox-zoom-webhooks"  # noqa: S105  opens nothing real
_DEFAULT_URL = "http://127.0.0.1:8000/api/v1/booking/webhooks/zoom/"


@dataclass
class Subscription:
    url: str = field(
        default_factory=lambda: os.environ.get("SANDBOX_ZOOM_WEBHOOK_URL", _DEFAULT_URL)
    )


subscription = Subscription()


def _signed(body: bytes, secret: str) -> dict[str, str]:
    stamp = str(int(time.time()))
    said = b"v0:" + stamp.encode() + b":" + body
    signature = hmac.new(secret.encode(), said, hashlib.sha256).hexdigest()
    return {
        "Content-Type": "application/json",
        "x-zm-request-timestamp": stamp,
        "x-zm-signature": f"v0={signature}",
    }


async def _post(url: str, said: dict[str, Any], secret: str = SECRET) -> httpx.Response | None:
    body = json.dumps(said).encode()
    try:
        async with httpx.AsyncClient(timeout=5, trust_env=False) as http:
            return await http.post(url, content=body, headers=_signed(body, secret))
    except httpx.HTTPError:
        return None


async def subscribe(url: str) -> bool:
    word = secrets.token_urlsafe(16)
    asked = {
        "event": "endpoint.url_validation",
        "event_ts": int(time.time() * 1000),
        "payload": {"plainToken": word},
    }
    answer = await _post(url, asked)
    if answer is None or answer.status_code != 200:
        return False
    wanted = hmac.new(SECRET.encode(), word.encode(), hashlib.sha256).hexdigest()
    if answer.json() != {"plainToken": word, "encryptedToken": wanted}:
        return False
    subscription.url = url
    return True


def _participant(event: str, at: str) -> dict[str, Any]:
    """Of whoever waits for the host to begin Zoom tells a name, and an id if they signed in; what
    the others have depends on the event. Guests have an empty id and no address."""
    if "jbh" in event:
        return {"id": "", "user_name": "Somebody"}
    number = str(16_778_240 + secrets.randbelow(1000))
    who = {"user_id": number, "user_name": "Somebody", "id": "", "email": ""}
    who["participant_uuid"] = str(uuid4()).upper()
    if event.endswith("waiting_room"):
        return {**who, "date_time": at}
    if event.endswith("left"):
        return {**who, "leave_time": at, "leave_reason": "left the meeting"}
    return {**who, "join_time": at}


async def tell(
    meeting: dict[str, Any], event: str, participant: dict[str, Any] | None, at: str
) -> int:
    """The status of the answer; 0 where there was none."""
    thing: dict[str, Any] = {
        "id": str(meeting["id"]),
        "uuid": f"{meeting['id']}==",
        "host_id": f"host-of-{meeting['host_email']}",
        "topic": meeting["topic"],
        "type": 2,
        "start_time": meeting["start_time"],
        "timezone": meeting["timezone"],
        "duration": meeting["duration"],
    }
    if participant is None:
        thing["end_time"] = at
    else:
        thing["participant"] = _participant(event, at) | participant
    said = {"event": f"meeting.{event}", "event_ts": int(time.time() * 1000)}
    body = {**said, "payload": {"account_id": "sandbox-account", "object": thing}}
    fault = board.take("zoom", "webhook")
    kind = fault.kind if fault else ""
    if kind == "drop":
        return 0
    answer = await _post(subscription.url, body, "guess" if kind == "corrupt-signature" else SECRET)
    if kind == "duplicate":
        answer = await _post(subscription.url, body)
    return answer.status_code if answer is not None else 0
