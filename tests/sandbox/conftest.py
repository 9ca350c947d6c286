"""Somebody who listens for webhooks, and a token to speak to the stand-in without our client."""

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import httpx
import pytest

from sandbox.paypal.webhooks import outgoing
from tests.sandbox_server import Sandbox
from tests.waiting import until


@dataclass
class Listener:
    """Answers with `answers` in turn, 204 when they are used up."""

    answers: list[int] = field(default_factory=list)
    heard: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def take(self, headers: dict[str, str], body: bytes) -> int:
        with self.lock:
            self.heard.append((headers, body))
            return self.answers.pop(0) if self.answers else 204

    def wait_for(self, count: int) -> list[tuple[dict[str, str], bytes]]:
        until(lambda: len(self.heard) >= count)
        return list(self.heard)


@pytest.fixture
def listener(sandbox: Sandbox) -> Iterator[Listener]:
    listening = Listener()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(listening.take(dict(self.headers.items()), body))
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    outgoing.url = f"http://127.0.0.1:{server.server_port}/hook/"
    yield listening
    server.shutdown()
    server.server_close()
    thread.join()


@dataclass
class Rest:
    """PayPal's REST API by hand."""

    http: httpx.Client
    base: str
    bearer: dict[str, str]

    def get(self, path: str) -> httpx.Response:
        return self.http.get(self.base + path, headers=self.bearer)

    def post(self, path: str, body: Any = None, request_id: str = "") -> httpx.Response:
        named = {"PayPal-Request-Id": request_id} if request_id else {}
        sent = {} if body is None else body
        return self.http.post(self.base + path, json=sent, headers={**self.bearer, **named})

    def create(self, request_id: str = "", **unit: Any) -> httpx.Response:
        amount = unit.pop("amount", {"currency_code": "EUR", "value": "29.00"})
        body = {"intent": "CAPTURE", "purchase_units": [{"amount": amount, **unit}]}
        return self.post("/v2/checkout/orders", body, request_id)

    def approved(self, sandbox: Sandbox, choice: str = "approve", **unit: Any) -> str:
        made = self.create(**unit).json()
        link = next(link["href"] for link in made["links"] if link["rel"] == "payer-action")
        sandbox.approve(link, choice)
        return str(made["id"])

    def captured(self, sandbox: Sandbox, choice: str = "approve") -> str:
        order_id = self.approved(sandbox, choice)
        answer = self.post(f"/v2/checkout/orders/{order_id}/capture").json()
        return str(answer["purchase_units"][0]["payments"]["captures"][0]["id"])


@pytest.fixture
def rest(sandbox: Sandbox) -> Rest:
    base = f"{sandbox.url}/paypal"
    grant = {"grant_type": "client_credentials"}
    answer = sandbox.http.post(
        f"{base}/v1/oauth2/token", data=grant, auth=("client", "secret")
    ).json()
    return Rest(sandbox.http, base, {"Authorization": f"Bearer {answer['access_token']}"})


def issue(answer: httpx.Response) -> str:
    return str(answer.json()["details"][0]["issue"])
