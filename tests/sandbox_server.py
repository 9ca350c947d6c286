"""The sandbox, running: uvicorn in a thread, real sockets, and every exchange that a provider's
document covers recorded."""

import os
import socket
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest
import uvicorn
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from sandbox.app import app
from sandbox.calendars.grants import grants
from sandbox.calendars.state import memory as calendars
from sandbox.faults import board
from sandbox.graphy.state import school
from sandbox.mail import box
from sandbox.paypal.notices import shelf
from sandbox.paypal.state import memory
from sandbox.paypal.webhooks import forget, outgoing
from sandbox.pusher.sockets import office
from sandbox.twilio import callbacks
from sandbox.twilio.state import memory as twilio
from sandbox.websockets import WebSocket
from sandbox.zoom.meetings import memory as zoom
from tests.contracts import CONTRACTS, Exchange, errors_of, is_covered
from tutorme.settings import providers
from tutorme.settings.given import env


class Recorder:
    """Keeps what went in and came out, fault-made answers excepted."""

    def __init__(self, inner: ASGIApp) -> None:
        self.inner = inner
        self.exchanges: list[Exchange] = []

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not is_covered(scope["path"]):
            await self.inner(scope, receive, send)
            return
        asked, answered, status = bytearray(), bytearray(), 0
        faulted = bool(board.armed())

        async def receiving() -> Message:
            message = await receive()
            asked.extend(message.get("body", b""))
            return message

        def record() -> None:
            headers = {k.decode(): v.decode("latin-1") for k, v in scope["headers"]}
            path = scope["path"]
            query = scope["query_string"].decode()
            row = (scope["method"], path, query, headers, bytes(asked), status, bytes(answered))
            self.exchanges.append(Exchange(*row))

        async def sending(message: Message) -> None:
            nonlocal status
            status = message.get("status", status)
            answered.extend(message.get("body", b""))
            is_last = message["type"] == "http.response.body" and not message.get("more_body")
            if is_last and not faulted:
                # Before the caller can know the answer, so that a test sees what it caused.
                record()
            await send(message)

        await self.inner(scope, receiving, sending)


@dataclass
class Sandbox:
    url: str
    smtp_port: int
    recorder: Recorder
    contracts_checked: bool = field(default=CONTRACTS is not None)
    http: httpx.Client = field(default_factory=lambda: httpx.Client(trust_env=False))

    def fault(self, operation: str, kind: str, *, provider: str = "paypal", **more: Any) -> None:
        body = {"provider": provider, "operation": operation, "kind": kind, **more}
        self.http.post(f"{self.url}/_faults", json=body).raise_for_status()

    def approve(self, approve_url: str, choice: str = "approve") -> httpx.Response:
        """What the payer does on PayPal's page; the answer redirects back to us."""
        return self.http.post(approve_url, data={"choice": choice})

    def turn(self, subscription_id: str, **wish: Any) -> None:
        """Lets something happen to a subscription: `next=True`, `days=31`, `bank="refuses"` …"""
        path = f"{self.url}/paypal/_subscription/{subscription_id}"
        self.http.post(path, json=wish).raise_for_status()

    def mails(self, to: str | None = None) -> list[dict[str, Any]]:
        params = {"to": to} if to else {}
        answer = self.http.get(f"{self.url}/mail/api/messages", params=params)
        found: list[dict[str, Any]] = answer.json()["messages"]
        return found

    def webhooks(self) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = self.http.get(f"{self.url}/paypal/_webhooks").json()[
            "deliveries"
        ]
        return rows


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="session")
def running_sandbox() -> Iterator[Sandbox]:
    port, smtp_port = free_port(), free_port()
    os.environ["SANDBOX_SMTP_PORT"] = str(smtp_port)
    os.environ["SANDBOX_URL"] = f"http://127.0.0.1:{port}"
    recorder = Recorder(app)
    config = uvicorn.Config(
        recorder,
        "127.0.0.1",
        port,
        log_level="critical",
        ws=WebSocket,
        timeout_graceful_shutdown=1,  # an armed latency would be waited for
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    running = Sandbox(f"http://127.0.0.1:{port}", smtp_port, recorder)
    yield running
    running.http.close()
    server.should_exit = True
    thread.join(timeout=30)
    assert not thread.is_alive()


@pytest.fixture
def sandbox(running_sandbox: Sandbox, settings) -> Iterator[Sandbox]:
    """An empty sandbox that the settings point at; at the end every exchange must have kept to the
    providers' own documents."""
    running_sandbox.recorder.exchanges.clear()
    board.clear()
    box.clear()
    forget()
    outgoing.url = "http://127.0.0.1:1/nobody-listens/"
    with memory.lock:
        memory.forget()
    twilio.forget()
    callbacks.forget()
    for kept in (zoom, calendars, grants, school, shelf):
        kept.forget()
    settings.SANDBOX_URL = running_sandbox.url
    settings.TWILIO = providers.twilio(env, running_sandbox.url, "http://127.0.0.1:1")
    settings.PAYPAL = {
        "base_url": f"{running_sandbox.url}/paypal",
        "client_id": "sandbox-client",
        "client_secret": "sandbox-secret",
        "webhook_id": "WHSANDBOX",
    }
    settings.SOCIALACCOUNT_PROVIDERS = providers.identity(env, running_sandbox.url)
    settings.APPLE_URL = providers.apple_url(running_sandbox.url)
    settings.ZOOM = providers.zoom(env, running_sandbox.url)
    settings.CALENDARS = providers.calendars(env, running_sandbox.url)
    settings.FIREBASE = providers.firebase(env, running_sandbox.url)
    settings.GRAPHY = providers.graphy(env, running_sandbox.url)
    settings.OPENROUTER = providers.openrouter(env, running_sandbox.url)
    office.forget()
    settings.PUSHER = providers.pusher(env, running_sandbox.url)
    settings.SENDGRID = providers.sendgrid(env, running_sandbox.url)
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", running_sandbox.smtp_port
    settings.EMAIL_USE_TLS = False
    yield running_sandbox
    if running_sandbox.contracts_checked:
        found = errors_of(running_sandbox.recorder.exchanges)
        if found:
            pytest.fail("\n".join(found))
