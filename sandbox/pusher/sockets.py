"""Open sockets and what they listen to; webhooks of who came and went."""

import asyncio
import itertools
import json
import os
import time
from dataclasses import dataclass, field
from typing import Any

import httpx

from sandbox.faults import board
from sandbox.pusher.signing import KEY, lets_in, signature

_DEFAULT_URL = "http://127.0.0.1:8000/api/v1/realtime/webhooks/pusher/"
_numbers = itertools.count(1)


@dataclass(eq=False)
class Socket:
    id: str = field(default_factory=lambda: f"{next(_numbers)}.{time.time_ns() % 10**9}")
    queue: "asyncio.Queue[str]" = field(default_factory=asyncio.Queue)
    # Of presence channels: who they say they are.
    channels: dict[str, str] = field(default_factory=dict)
    kind: str = "xhr_streaming"

    def tell(self, event: str, data: Any, channel: str = "") -> None:
        text = data if isinstance(data, str) else json.dumps(data)
        told = {"event": event, "data": text, **({"channel": channel} if channel else {})}
        self.queue.put_nowait(json.dumps(told))


@dataclass
class Office:
    """All of the one app this stand-in has."""

    sockets: dict[str, Socket] = field(default_factory=dict)
    triggered: list[dict[str, Any]] = field(default_factory=list)
    calls: int = 0
    webhook_url: str = field(
        default_factory=lambda: os.environ.get("SANDBOX_PUSHER_WEBHOOK_URL", _DEFAULT_URL)
    )

    def forget(self) -> None:
        self.sockets.clear()
        self.triggered.clear()
        self.calls = 0

    def trigger(self, name: str, channel: str, data: str, but: str = "") -> None:
        self.triggered.append({"name": name, "channel": channel, "data": data})
        fault = board.take("pusher", "delivery")
        copies = {"drop": 0, "duplicate": 2}.get(fault.kind if fault else "", 1)
        for socket in self.listeners(channel):
            for _ in range(copies if socket.id != but else 0):
                socket.tell(name, data, channel)

    def listeners(self, channel: str) -> list[Socket]:
        return [each for each in self.sockets.values() if channel in each.channels]

    def channels(self) -> set[str]:
        return {name for socket in self.sockets.values() for name in socket.channels}

    def members(self, channel: str) -> list[str]:
        found = [json.loads(each.channels[channel]) for each in self.listeners(channel)]
        return sorted({str(member["user_id"]) for member in found})


office = Office()


def greeting(socket: Socket) -> dict[str, Any]:
    return {"socket_id": socket.id, "activity_timeout": 120}


async def heed(socket: Socket, text: str) -> None:
    """One message of a client."""
    told = json.loads(text)
    data = told.get("data") or {}
    match told.get("event"):
        case "pusher:ping":
            socket.tell("pusher:pong", {})
        case "pusher:subscribe":
            await _subscribe(socket, data)
        case "pusher:unsubscribe":
            await leave(socket, data["channel"])


async def _subscribe(socket: Socket, data: dict[str, str]) -> None:
    name, about = data["channel"], data.get("channel_data", "")
    private = name.startswith(("private-", "presence-"))
    if private and not lets_in(data.get("auth", ""), socket.id, name, about):
        socket.tell("pusher:error", {"code": 4009, "message": "Connection is unauthorized"})
        return
    is_first = not office.listeners(name)
    socket.channels[name] = about
    socket.tell("pusher_internal:subscription_succeeded", _roll(name), name)
    events = [{"name": "channel_occupied", "channel": name}] if is_first else []
    if about:
        member = str(json.loads(about)["user_id"])
        events.append({"name": "member_added", "channel": name, "user_id": member})
    await report(events)


def _roll(name: str) -> dict[str, Any]:
    if not name.startswith("presence-"):
        return {}
    ids = office.members(name)
    return {"presence": {"count": len(ids), "ids": ids, "hash": {each: {} for each in ids}}}


async def leave(socket: Socket, name: str) -> None:
    about = socket.channels.pop(name, None)
    if about is None:
        return
    events = [] if office.listeners(name) else [{"name": "channel_vacated", "channel": name}]
    if about:
        member = str(json.loads(about)["user_id"])
        events.append({"name": "member_removed", "channel": name, "user_id": member})
    await report(events)


async def hang_up(socket: Socket) -> None:
    office.sockets.pop(socket.id, None)
    for name in list(socket.channels):
        await leave(socket, name)


async def report(events: list[dict[str, str]]) -> None:
    """A webhook, signed over its bytes."""
    if not events:
        return
    body = json.dumps({"time_ms": time.time_ns() // 1_000_000, "events": events})
    headers = {"X-Pusher-Key": KEY, "X-Pusher-Signature": signature(body)}
    headers["Content-Type"] = "application/json"
    try:
        async with httpx.AsyncClient(trust_env=False, timeout=5) as http:
            await http.post(office.webhook_url, content=body, headers=headers)
    except httpx.HTTPError:
        return  # the real one repeats; what hangs on it here is a lease that ends anyway
