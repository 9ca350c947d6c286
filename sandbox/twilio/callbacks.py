"""Status callbacks: signed as Twilio signs them, sent once more when nobody answers."""

import asyncio
import base64
import hashlib
import hmac
from dataclasses import dataclass, field
from datetime import UTC, datetime
from urllib.parse import urlencode

import httpx

from sandbox.faults import board
from sandbox.twilio.state import ACCOUNT, Room

AUTH_TOKEN = "sandbox-auth-token"  # noqa: S105  opens nothing real
_WAITS_S = (0.0, 0.5, 2.0)


@dataclass
class Callback:
    url: str
    form: dict[str, str]
    signature: str
    outcome: str = "waiting"


@dataclass
class Outgoing:
    sent: list[Callback] = field(default_factory=list)
    held: list[Callback] = field(default_factory=list)
    # Waits for the next one and follows it.
    overtaken: list[Callback] = field(default_factory=list)
    tasks: set["asyncio.Task[None]"] = field(default_factory=set)


outgoing = Outgoing()


def forget() -> None:
    outgoing.sent, outgoing.held, outgoing.overtaken = [], [], []


def signed(url: str, form: dict[str, str], token: str = AUTH_TOKEN) -> str:
    text = url + "".join(name + form[name] for name in sorted(form))
    digest = hmac.new(token.encode(), text.encode(), hashlib.sha1).digest()
    return base64.b64encode(digest).decode()


def announce(room: Room, event: str, **more: str) -> None:
    url = room.form.get("StatusCallback", "")
    if not url:
        return
    room.told += 1
    form = {
        "AccountSid": ACCOUNT,
        "RoomSid": room.sid,
        "RoomName": room.name,
        "RoomStatus": room.status,
        "RoomType": "group",
        "StatusCallbackEvent": event,
        "Timestamp": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
        "SequenceNumber": str(room.told),
        **more,
    }
    fault = board.take("twilio", "callback")
    _dispose(fault.kind if fault else "", Callback(url, form, signed(url, form)))


def _dispose(kind: str, callback: Callback) -> None:
    if kind == "corrupt-signature":
        callback.signature = signed(callback.url, callback.form, "another-token")
    if kind == "drop":
        callback.outcome = "dropped by a fault"
        outgoing.sent.append(callback)
    elif kind == "hold":
        outgoing.held.append(callback)
    elif kind == "reorder":
        outgoing.overtaken.append(callback)
    else:
        late, outgoing.overtaken = outgoing.overtaken, []
        for each in (callback, *([callback] if kind == "duplicate" else []), *late):
            _start(each)


def _start(callback: Callback) -> None:
    outgoing.sent.append(callback)
    task = asyncio.get_running_loop().create_task(_deliver(callback))
    outgoing.tasks.add(task)
    task.add_done_callback(outgoing.tasks.discard)


def release() -> int:
    held, outgoing.held = outgoing.held, []
    for each in reversed(held):
        _start(each)
    return len(held)


async def _deliver(callback: Callback) -> None:
    headers = {
        "X-Twilio-Signature": callback.signature,
        "Content-Type": "application/x-www-form-urlencoded",
    }
    async with httpx.AsyncClient(trust_env=False, timeout=10) as http:
        for wait in _WAITS_S:
            await asyncio.sleep(wait)
            try:
                answer = await http.post(
                    callback.url, content=urlencode(callback.form), headers=headers
                )
            except httpx.HTTPError as error:
                callback.outcome = type(error).__name__
                continue
            callback.outcome = str(answer.status_code)
            if answer.status_code < 500:
                return
