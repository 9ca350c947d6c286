"""Graphy's public API as independent integrations describe it, and its completion messages.

`POST /graphy/_complete {"email", "product", "event_id"?, "at"?, "quiet"?}` lets a learner finish;
the signed message goes to `SANDBOX_GRAPHY_WEBHOOK_URL`, unless it is to be quiet.
"""

import hashlib
import hmac
import json
import os
import time
import uuid
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import httpx
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from sandbox.faults import board, operation
from sandbox.graphy.state import Learner, school

_DEFAULT_URL = "http://127.0.0.1:8000/api/v1/certificates/webhooks/graphy/"
_SECRET = "sandbox-secret"  # noqa: S105  opens nothing real
_KEY = "sandbox-key"
_ALREADY = 19
_TRUSTED = httpx.create_ssl_context(trust_env=False)


@dataclass
class Outgoing:
    url: str = field(
        default_factory=lambda: os.environ.get("SANDBOX_GRAPHY_WEBHOOK_URL", _DEFAULT_URL)
    )
    sent: list[dict[str, Any]] = field(default_factory=list)


outgoing = Outgoing()


def _failed(code: int, message: str) -> Response:
    """With HTTP 200, as it does."""
    return JSONResponse({"error": {"code": code, "message": message}})


def _refused(account: Any) -> Response | None:
    if not account.get("mid") or account.get("key") != _KEY:
        return JSONResponse({"error": {"code": 401, "message": "Invalid key"}}, status_code=401)
    return None


@operation("graphy", "learner")
async def learners(request: Request) -> Response:
    form = await request.form()
    if refused := _refused(form):
        return refused
    email = str(form.get("email", "")).lower()
    if "@" not in email or email.startswith("refused"):
        return _failed(12, "Invalid email")
    with school.lock:
        known = school.learners.get(email)
        row = school.learners.setdefault(email, Learner(email, str(form.get("name", ""))))
        row.created += 1
    if known is not None:
        return _failed(14, "Learner already exists")
    return JSONResponse({"status": "success", "data": {"id": email}})


@operation("graphy", "assign")
async def assign(request: Request) -> Response:
    form = await request.form()
    if refused := _refused(form):
        return refused
    product = str(form.get("productId", ""))
    with school.lock:
        learner = school.learners.get(str(form.get("email", "")).lower())
        if learner is None:
            return _failed(13, "No such learner")
        learner.assigned += 1
        if product in learner.products:
            return _failed(_ALREADY, "Product already assigned")
        learner.products[product] = None
    return JSONResponse({"status": "success"})


@operation("graphy", "usage")
async def usage(request: Request) -> Response:
    if refused := _refused(request.query_params):
        return refused
    learner = school.learners.get(request.path_params["learner"].lower())
    if learner is None:
        return _failed(13, "No such learner")
    rows = [
        {
            "productId": product,
            "progress": 100 if at else 40,
            "completedAt": at.isoformat() if at else None,
        }
        for product, at in learner.products.items()
    ]
    return JSONResponse({"status": "success", "data": rows})


@operation("graphy", "products")
async def products(request: Request) -> Response:
    if refused := _refused(request.query_params):
        return refused
    found = sorted({product for row in school.learners.values() for product in row.products})
    return JSONResponse({"status": "success", "data": [{"id": product} for product in found]})


async def complete(request: Request) -> Response:
    wish = await request.json()
    at = datetime.fromisoformat(wish["at"]) if wish.get("at") else None
    try:
        with school.lock:
            moment = school.complete(wish["email"], wish["product"], at)
    except KeyError:
        return JSONResponse({"error": "not in this product"}, status_code=404)
    message = {
        "course_id": wish["product"],
        "email": wish["email"],
        "event_id": wish.get("event_id") or f"evt-{uuid.uuid4()}",
        "completed_at": moment.isoformat().replace("+00:00", "Z"),
    }
    answers = [] if wish.get("quiet") else await _send(json.dumps(message).encode())
    return JSONResponse({"message": message, "answers": answers})


async def _send(body: bytes) -> list[int]:
    """The statuses it was answered with."""
    fault = board.take("graphy", "webhook")
    kind = fault.kind if fault else ""
    if kind == "drop":
        return []
    headers = signed(body, secret="other" if kind == "corrupt-signature" else _SECRET)
    statuses = []
    async with httpx.AsyncClient(trust_env=False, verify=_TRUSTED, timeout=10) as http:
        for _ in range(2 if kind == "duplicate" else 1):
            answer = await http.post(outgoing.url, content=body, headers=headers)
            statuses.append(answer.status_code)
            outgoing.sent.append({"body": body.decode(), "status": answer.status_code})
    return statuses


def signed(body: bytes, *, secret: str = _SECRET, at: float | None = None) -> dict[str, str]:
    """The headers of a message."""
    moment = str(int(time.time() if at is None else at))
    digest = hmac.new(secret.encode(), moment.encode() + b"." + body, hashlib.sha256).hexdigest()
    return {
        "Content-Type": "application/json",
        "X-Graphy-Timestamp": moment,
        "X-Graphy-Signature": f"sha256={digest}",
    }


async def overview(_request: Request) -> Response:
    with school.lock:
        rows = [
            {
                "email": row.email,
                "name": row.name,
                "created": row.created,
                "assigned": row.assigned,
                "products": {
                    product: at.isoformat() if at else None for product, at in row.products.items()
                },
            }
            for row in school.learners.values()
        ]
    return JSONResponse({"learners": rows, "sent": outgoing.sent[-100:]})


routes = [
    Route("/public/v1/learners", learners, methods=["POST"]),
    Route("/public/v1/learners/{learner}/usage", usage),
    Route("/public/v1/assign", assign, methods=["POST"]),
    Route("/public/v1/products", products),
    Route("/_complete", complete, methods=["POST"]),
    Route("/", overview),
]
