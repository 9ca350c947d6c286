"""Signed webhooks: made, delivered with retries, and verified by postback."""

import asyncio
import base64
import json
import os
import threading
import uuid
import zlib
from collections import OrderedDict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.x509.oid import NameOID
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from sandbox.faults import board
from sandbox.paypal.state import new_id, now

_KEPT = 1000
_WAITS_S = (0.5, 1, 2, 4, 8, 15, 30, 60)
_DEFAULT_URL = "http://127.0.0.1:8000/api/v1/payments/webhooks/paypal/"

_CERT_PATH = "/v1/notifications/certs/CERT-sandbox"
_ALGORITHM = "SHA256withRSA"

_key = rsa.generate_private_key(public_exponent=65537, key_size=2048)


def _certificate_pem() -> bytes:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "sandbox stand-in")])
    start = datetime.now(UTC) - timedelta(days=1)
    built = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(_key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(start)
        .not_valid_after(start + timedelta(days=3650))
        .sign(_key, hashes.SHA256())
    )
    return built.public_bytes(serialization.Encoding.PEM)


_PEM = _certificate_pem()
# Made once: it reads every certificate authority, and would hold the loop for each delivery.
_TRUSTED = httpx.create_ssl_context(trust_env=False)


@dataclass
class Delivery:
    id: str
    event_type: str
    body: str
    headers: dict[str, str]
    tries: int = 0
    outcome: str = "waiting"


@dataclass
class Outgoing:
    url: str = field(default_factory=lambda: os.environ.get("SANDBOX_WEBHOOK_URL", _DEFAULT_URL))
    webhook_id: str = "WHSANDBOX"
    sent: OrderedDict[str, Delivery] = field(default_factory=OrderedDict)
    held: list[Delivery] = field(default_factory=list)
    # Waits for the next delivery and follows it.
    overtaken: list[Delivery] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def keep(self, delivery: Delivery) -> None:
        with self.lock:
            self.sent[delivery.id] = delivery
            while len(self.sent) > _KEPT:
                self.sent.popitem(last=False)

    def newest_first(self) -> list[Delivery]:
        with self.lock:
            return list(reversed(self.sent.values()))

    def take_held(self) -> list[Delivery]:
        """Newest first."""
        with self.lock:
            taken, self.held = self.held[::-1], []
        return taken

    def take_overtaken(self) -> list[Delivery]:
        with self.lock:
            taken, self.overtaken = self.overtaken, []
        return taken


outgoing = Outgoing()
_loop: asyncio.AbstractEventLoop | None = None
_tasks: set[asyncio.Task[None]] = set()


@asynccontextmanager
async def sender() -> AsyncIterator[None]:
    """The running program delivers; without it (an in-process test) nothing is sent."""
    global _loop
    _loop = asyncio.get_running_loop()
    try:
        yield
    finally:
        _loop = None
        for task in _tasks:
            task.cancel()


def announce(event_type: str, resource_type: str, resource: dict[str, Any]) -> None:
    event = {
        "id": f"WH-{new_id()}-{new_id()}",
        "event_version": "1.0",
        "create_time": now(),
        "resource_type": resource_type,
        "resource_version": "2.0",
        "event_type": event_type,
        "summary": event_type.replace(".", " ").lower(),
        "resource": resource,
        "links": [],
    }
    fault = board.take("paypal", "webhook")
    kind = fault.kind if fault else ""
    delivery = _signed(event, spoiled=kind == "corrupt-signature")
    outgoing.keep(delivery)
    if kind == "drop":
        delivery.outcome = "dropped by a fault"
    elif kind == "hold":
        delivery.outcome = "held by a fault"
        outgoing.held.append(delivery)
    elif kind == "reorder":
        delivery.outcome = "waits for the next one"
        outgoing.overtaken.append(delivery)
    else:
        _start(delivery, *outgoing.take_overtaken())
        if kind == "duplicate":
            _start(delivery)


def _signed(event: dict[str, Any], *, spoiled: bool) -> Delivery:
    body = json.dumps(event)
    time, encoded = now(), ""
    # PayPal's own schema of the postback wants a signature that begins with a word character.
    while not encoded[:1].isalnum():
        transmission = str(uuid.uuid4())
        message = signed_text(transmission, time, outgoing.webhook_id, body.encode())
        signature = _key.sign(message, padding.PKCS1v15(), hashes.SHA256())
        encoded = base64.b64encode(signature[::-1] if spoiled else signature).decode()
    headers = {
        "PAYPAL-TRANSMISSION-ID": transmission,
        "PAYPAL-TRANSMISSION-TIME": time,
        "PAYPAL-TRANSMISSION-SIG": encoded,
        "PAYPAL-AUTH-ALGO": _ALGORITHM,
        "Content-Type": "application/json",
    }
    return Delivery(event["id"], event["event_type"], body, headers)


def signed_text(transmission: str, time: str, webhook_id: str, raw: bytes) -> bytes:
    """What PayPal signs: ids, time and the CRC-32 of the body as an unsigned decimal."""
    return f"{transmission}|{time}|{webhook_id}|{zlib.crc32(raw)}".encode()


def forget() -> None:
    """Drops every delivery, those under way included."""
    with outgoing.lock:
        outgoing.sent.clear()
        outgoing.held.clear()
        outgoing.overtaken.clear()
    for task in list(_tasks):
        if _loop is not None:
            _loop.call_soon_threadsafe(task.cancel)


def _start(*deliveries: Delivery) -> None:
    """Sends them one after another, in this order."""
    if _loop is None:
        return
    task = _loop.create_task(_deliver_all(deliveries))
    _tasks.add(task)
    task.add_done_callback(_tasks.discard)


async def _deliver_all(deliveries: tuple[Delivery, ...]) -> None:
    for delivery in deliveries:
        await _deliver(delivery)


async def _deliver(delivery: Delivery) -> None:
    """Tries until a 2xx comes, with growing pauses, as long as `_WAITS_S` lasts."""
    for wait_s in (*_WAITS_S, None):
        delivery.tries += 1
        try:
            async with httpx.AsyncClient(timeout=10, trust_env=False, verify=_TRUSTED) as http:
                answer = await http.post(
                    outgoing.url,
                    content=delivery.body.encode(),
                    headers={**delivery.headers, "PAYPAL-CERT-URL": _cert_url()},
                )
            delivery.outcome = f"HTTP {answer.status_code}"
            if answer.is_success:
                return
        except httpx.HTTPError as error:
            delivery.outcome = type(error).__name__
        if wait_s is not None:
            await asyncio.sleep(wait_s)
    delivery.outcome += ", given up"


def _cert_url() -> str:
    base = os.environ.get("SANDBOX_URL", "http://127.0.0.1:8025").rstrip("/")
    return f"{base}/paypal{_CERT_PATH}"


def is_genuine(postback: bytes) -> bool:
    """Checks a postback against our own key, over the event's raw bytes inside the request."""
    try:
        facts = json.loads(postback)
        message = signed_text(
            facts["transmission_id"],
            facts["transmission_time"],
            facts["webhook_id"],
            _raw_event(postback.decode()),
        )
        signature = base64.b64decode(facts["transmission_sig"])
        _key.public_key().verify(signature, message, padding.PKCS1v15(), hashes.SHA256())
        named_rightly = (
            facts["webhook_id"] == outgoing.webhook_id
            and facts["auth_algo"] == _ALGORITHM
            and str(facts["cert_url"]).endswith(_CERT_PATH)
        )
    except (InvalidSignature, ValueError, KeyError, TypeError):
        return False
    return named_rightly


def _raw_event(postback: str) -> bytes:
    """The value of `webhook_event` exactly as it was sent: parsed and written again it would
    have another checksum."""
    start = postback.index(":", postback.index('"webhook_event"')) + 1
    start += len(postback[start:]) - len(postback[start:].lstrip())
    _event, end = json.JSONDecoder().raw_decode(postback, start)
    return postback[start:end].encode()


async def certificate(_request: Request) -> Response:
    return Response(_PEM, media_type="application/x-pem-file")


async def control(request: Request) -> Response:
    """GET lists; PUT `{"url"}` says where to deliver; POST `{"release": true}` sends what a
    fault held back, newest first, or `{"resend": "<event id>"}` sends one again."""
    if request.method == "PUT":
        outgoing.url = (await request.json())["url"]
    elif request.method == "POST":
        order = await request.json()
        if order.get("release"):
            _start(*outgoing.take_held())
        elif order.get("resend") in outgoing.sent:
            _start(outgoing.sent[order["resend"]])
    rows = [asdict(delivery) for delivery in outgoing.newest_first()]
    return JSONResponse({"url": outgoing.url, "deliveries": rows})
