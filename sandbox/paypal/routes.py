"""PayPal's REST paths."""

import base64
import secrets
import time
from datetime import datetime
from decimal import Decimal
from functools import partial
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from sandbox.faults import operation
from sandbox.paypal import (
    billing,
    checks,
    disputes,
    notices,
    overview,
    payer,
    payouts,
    sale_refunds,
    shapes,
    subscriber,
    webhooks,
)
from sandbox.paypal.access import authorised, repeatable, sent
from sandbox.paypal.replies import base_of, refusal
from sandbox.paypal.state import Capture, Order, Refund, memory


@operation("paypal", "token")
async def token(request: Request) -> Response:
    """Any client may come, so that a developer's own keys do no harm; the secret `wrong` is
    refused."""
    client, secret = _credentials(request)
    if not client or not secret or secret == "wrong":  # noqa: S105  a value tests send
        body = {"error": "invalid_client", "error_description": "Client Authentication failed"}
        return JSONResponse(body, status_code=401)
    fault = request.state.fault
    lasts_s = int(fault.seconds) if fault and fault.kind == "short-lived" else 32400
    made = f"A21AA{secrets.token_urlsafe(48)}"
    memory.tokens[made] = time.monotonic() + lasts_s
    answer = {"access_token": made, "token_type": "Bearer", "expires_in": lasts_s, "scope": ""}
    return JSONResponse(answer)


def _credentials(request: Request) -> tuple[str, str]:
    given = request.headers.get("Authorization", "").removeprefix("Basic ")
    try:
        client, _, secret = base64.b64decode(given).decode().partition(":")
    except ValueError:
        return "", ""
    return client, secret


@operation("paypal", "create")
@authorised
@repeatable
async def create(request: Request) -> Response:
    body = await sent(request)
    if body is None:
        return refusal(400, "MALFORMED_REQUEST_JSON")
    if problem := checks.order_problem(body):
        return refusal(checks.status_of(problem), problem)
    paypal = (body.get("payment_source") or {}).get("paypal") or {}
    experience = paypal.get("experience_context") or {}
    row = Order(
        unit=body["purchase_units"][0],
        status="PAYER_ACTION_REQUIRED",
        return_url=experience.get("return_url", ""),
        cancel_url=experience.get("cancel_url", ""),
    )
    with memory.lock:
        memory.orders[row.id] = row
    request.state.latest = partial(shapes.order, row)
    return JSONResponse(shapes.order(row, base_of(request)), status_code=201)


@operation("paypal", "order")
@authorised
async def show(request: Request) -> Response:
    row = memory.orders.get(request.path_params["order_id"])
    if row is None:
        return refusal(404, "INVALID_RESOURCE_ID")
    return JSONResponse(shapes.order(row, base_of(request)))


@operation("paypal", "capture")
@authorised
@repeatable
async def capture(request: Request) -> Response:
    row = memory.orders.get(request.path_params["order_id"])
    if row is None:
        return refusal(404, "INVALID_RESOURCE_ID")
    with memory.lock:
        if problem := checks.capture_problem(row):
            return refusal(422, problem)
        status = "PENDING" if row.funding == "pending" else "COMPLETED"
        made = Capture(status, Decimal(row.value))
        row.captures.append(made)
        row.status = "COMPLETED"
        memory.invoices[row.unit.get("invoice_id") or row.id] = row.id
    request.state.latest = partial(shapes.order, row)
    base = base_of(request)
    webhooks.announce(f"PAYMENT.CAPTURE.{status}", "capture", shapes.capture(row, made, base))
    return JSONResponse(shapes.order(row, base), status_code=201)


@operation("paypal", "capture-state")
@authorised
async def show_capture(request: Request) -> Response:
    found = memory.capture_of(request.path_params["capture_id"])
    if found is None:
        return refusal(404, "INVALID_RESOURCE_ID")
    return JSONResponse(shapes.capture(*found, base_of(request)))


@operation("paypal", "refund")
@authorised
@repeatable
async def refund(request: Request) -> Response:
    found = memory.capture_of(request.path_params["capture_id"])
    if found is None:
        return await sale_refunds.refund(request)
    row, item = found
    body = await sent(request)
    if body is None:
        return refusal(400, "INVALID_PARAMETER_SYNTAX")
    with memory.lock:
        amount = body.get("amount")
        paid_at = datetime.fromisoformat(item.created_at)
        if problem := checks.refund_problem(item, row.currency, paid_at, amount):
            return refusal(checks.status_of(problem), problem)
        value = Decimal(amount["value"]) if amount else item.left
        made = Refund(value, note_of(body), str(body.get("custom_id", "")))
        item.refunds.append(made)
        item.status = "PARTIALLY_REFUNDED" if item.left else "REFUNDED"
    request.state.latest = partial(shapes.refund, row, made)
    base = base_of(request)
    webhooks.announce("PAYMENT.CAPTURE.REFUNDED", "refund", shapes.refund_event(row, made, base))
    return JSONResponse(shapes.refund(row, made, base), status_code=201)


def note_of(body: dict[str, Any]) -> str:
    return str(body.get("note_to_payer", ""))[:255]


@operation("paypal", "refund-state")
@authorised
async def show_refund(request: Request) -> Response:
    found = memory.refund_of(request.path_params["refund_id"])
    if found is None:
        return sale_refunds.show(request)
    row, _capture, item = found
    return JSONResponse(shapes.refund(row, item, base_of(request)))


@operation("paypal", "verify")
@authorised
async def verify(request: Request) -> Response:
    good = webhooks.is_genuine(await request.body())
    return JSONResponse({"verification_status": "SUCCESS" if good else "FAILURE"})


routes = [
    Route("/", overview.overview),
    Route("/v1/oauth2/token", token, methods=["POST"]),
    Route("/v2/checkout/orders", create, methods=["POST"]),
    Route("/v2/checkout/orders/{order_id}", show),
    Route("/v2/checkout/orders/{order_id}/capture", capture, methods=["POST"]),
    Route("/v2/payments/captures/{capture_id}", show_capture),
    Route("/v2/payments/captures/{capture_id}/refund", refund, methods=["POST"]),
    Route("/v2/payments/refunds/{refund_id}", show_refund),
    Route("/v1/notifications/verify-webhook-signature", verify, methods=["POST"]),
    Route("/v1/notifications/certs/{name}", webhooks.certificate),
    *notices.routes,
    *payouts.routes,
    *billing.routes,
    *disputes.routes,
    *subscriber.routes,
    Route("/checkoutnow", payer.approve, methods=["GET", "POST"]),
    Route("/_settle/{capture_id}", payer.settle, methods=["POST"]),
    Route("/_reverse/{capture_id}", payer.reverse, methods=["POST"]),
    Route("/_processed/{order_id}", payer.processed, methods=["POST"]),
    Route("/_lapse/{order_id}", payer.lapse, methods=["POST"]),
    Route("/_age/{capture_id}", payer.age, methods=["POST"]),
    Route("/_tamper/{order_id}", payer.tamper, methods=["POST"]),
    Route("/_webhooks", webhooks.control, methods=["GET", "POST", "PUT"]),
]
