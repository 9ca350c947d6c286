"""PayPal's REST paths and the page a payer would see."""

import base64
import json
import secrets
from decimal import Decimal, InvalidOperation
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from sandbox.faults import Endpoint, operation
from sandbox.pages import templates
from sandbox.paypal import shapes, webhooks
from sandbox.paypal.state import Capture, Order, Refund, memory, now

_WAITING = {"CREATED", "PAYER_ACTION_REQUIRED"}


def base_of(request: Request) -> str:
    return f"{request.url.scheme}://{request.url.netloc}/paypal"


def refusal(status: int, issue: str) -> Response:
    return JSONResponse(shapes.problem(status, issue), status_code=status)


def authorised(endpoint: Endpoint) -> Endpoint:
    async def checked(request: Request) -> Response:
        token = request.headers.get("Authorization", "").removeprefix("Bearer ")
        if token not in memory.tokens:
            body = {"error": "invalid_token", "error_description": "Token signature verification"}
            return JSONResponse(body, status_code=401)
        return await endpoint(request)

    return checked


def repeatable(endpoint: Endpoint) -> Endpoint:
    """The same PayPal-Request-Id gets the latest state of what it did, and does nothing."""

    async def once(request: Request) -> Response:
        request_id = request.headers.get("PayPal-Request-Id", "")
        key = f"{request.url.path} {request_id}"
        if not request_id:
            return await endpoint(request)
        if len(request_id) > 108:
            return refusal(400, "INVALID_STRING_LENGTH")
        if key in memory.answered:
            await request.body()
            again = memory.answered[key]
            status = 201 if "/refund" in key else 200
            return JSONResponse(again(base_of(request)), status_code=status)
        return await endpoint(request)

    return once


def remember(request: Request, latest: Any) -> None:
    if request_id := request.headers.get("PayPal-Request-Id", ""):
        memory.answered[f"{request.url.path} {request_id}"] = latest


@operation("paypal", "token")
async def token(request: Request) -> Response:
    given = request.headers.get("Authorization", "").removeprefix("Basic ")
    client, _, secret = base64.b64decode(given).decode("utf-8", "replace").partition(":")
    if not client or not secret or secret == "wrong":  # noqa: S105  a value tests send
        body = {"error": "invalid_client", "error_description": "Client Authentication failed"}
        return JSONResponse(body, status_code=401)
    made = f"A21AA{secrets.token_urlsafe(48)}"
    memory.tokens[made] = client
    answer = {"access_token": made, "token_type": "Bearer", "expires_in": 32400, "scope": ""}
    return JSONResponse(answer)


def _amount_problem(amount: dict[str, str]) -> str:
    currency = amount.get("currency_code", "")
    try:
        value = Decimal(amount.get("value", ""))
    except InvalidOperation:
        return "INVALID_PARAMETER_SYNTAX"
    if len(currency) != 3:
        return "INVALID_CURRENCY_CODE"
    if value <= 0:
        return "CANNOT_BE_ZERO_OR_NEGATIVE"
    digits = 0 if currency in shapes.WITHOUT_DECIMALS else 2
    return "" if value == round(value, digits) else "DECIMAL_PRECISION"


@operation("paypal", "create")
@authorised
@repeatable
async def create(request: Request) -> Response:
    body = json.loads(await request.body())
    units = body.get("purchase_units") or []
    if body.get("intent") != "CAPTURE" or len(units) != 1:
        return refusal(400, "INVALID_PARAMETER_VALUE")
    if problem := _amount_problem(units[0].get("amount") or {}):
        return refusal(422, problem)
    paypal = (body.get("payment_source") or {}).get("paypal") or {}
    experience = paypal.get("experience_context") or {}
    row = Order(
        unit=units[0],
        status="PAYER_ACTION_REQUIRED",
        return_url=experience.get("return_url", ""),
        cancel_url=experience.get("cancel_url", ""),
    )
    with memory.lock:
        memory.orders[row.id] = row
        remember(request, lambda base: shapes.order(row, base))
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
        if problem := _capture_problem(row):
            return refusal(422, problem)
        status = "PENDING" if row.funding == "pending" else "COMPLETED"
        made = Capture(status, Decimal(row.value))
        row.captures.append(made)
        row.status = "COMPLETED"
        memory.invoices[row.unit.get("invoice_id") or row.id] = row.id
        remember(request, lambda base: shapes.order(row, base))
    base = base_of(request)
    webhooks.announce(f"PAYMENT.CAPTURE.{status}", "capture", shapes.capture(row, made, base))
    return JSONResponse(shapes.order(row, base), status_code=201)


def _capture_problem(row: Order) -> str:
    if row.status in _WAITING:
        return "ORDER_NOT_APPROVED"
    if row.status == "COMPLETED":
        return "ORDER_ALREADY_CAPTURED"
    if row.unit.get("invoice_id") in memory.invoices:
        return "DUPLICATE_INVOICE_ID"
    return "INSTRUMENT_DECLINED" if row.funding == "declined" else ""


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
        return refusal(404, "INVALID_RESOURCE_ID")
    row, item = found
    body = json.loads(await request.body() or b"{}")
    with memory.lock:
        left = item.value - item.refunded
        value = Decimal(body["amount"]["value"]) if body.get("amount") else left
        if item.status == "REFUNDED":
            return refusal(422, "CAPTURE_FULLY_REFUNDED")
        if value > left or item.status not in {"COMPLETED", "PARTIALLY_REFUNDED"}:
            return refusal(422, "REFUND_AMOUNT_EXCEEDED")
        made = Refund(value, body.get("note_to_payer", ""))
        item.refunds.append(made)
        item.status = "REFUNDED" if item.refunded == item.value else "PARTIALLY_REFUNDED"
        remember(request, lambda base: shapes.refund(row, made, base))
    base = base_of(request)
    resource = shapes.refund(row, made, base)
    up = {"href": f"{base}/v2/payments/captures/{item.id}", "rel": "up", "method": "GET"}
    webhooks.announce(
        "PAYMENT.CAPTURE.REFUNDED", "refund", {**resource, "links": [*resource["links"], up]}
    )
    return JSONResponse(resource, status_code=201)


@operation("paypal", "refund-state")
@authorised
async def show_refund(request: Request) -> Response:
    found = memory.refund_of(request.path_params["refund_id"])
    if found is None:
        return refusal(404, "INVALID_RESOURCE_ID")
    row, _capture, item = found
    return JSONResponse(shapes.refund(row, item, base_of(request)))


@operation("paypal", "verify")
@authorised
async def verify(request: Request) -> Response:
    good = webhooks.is_genuine(await request.body())
    return JSONResponse({"verification_status": "SUCCESS" if good else "FAILURE"})


async def approve(request: Request) -> Response:
    """The page of the payer. Its choices decide how the bank behaves at capture."""
    row = memory.orders.get(request.query_params.get("token", ""))
    if row is None:
        return Response("No such payment.", status_code=404)
    if request.method == "GET" or row.status not in _WAITING:
        return templates.TemplateResponse(request, "approve.html", {"order": row})
    choice = str((await request.form()).get("choice", ""))
    if choice == "cancel":
        return RedirectResponse(_with(row.cancel_url, row), status_code=303)
    with memory.lock:
        row.funding = choice if choice in {"declined", "pending"} else "approve"
        row.status = "APPROVED"
    webhooks.announce(
        "CHECKOUT.ORDER.APPROVED", "checkout-order", shapes.order(row, base_of(request))
    )
    if choice == "vanish":
        context = {"title": "Approved", "text": "The page is closed; TutorMe hears of it anyway."}
        return templates.TemplateResponse(request, "message.html", context)
    return RedirectResponse(_with(row.return_url, row), status_code=303)


def _with(url: str, row: Order) -> str:
    mark = "&" if "?" in url else "?"
    return f"{url}{mark}token={row.id}&PayerID=QYR5Z8XDVJNXQ"


async def settle(request: Request) -> Response:
    """Ends a held capture: `{"status": "COMPLETED" | "DECLINED"}`."""
    found = memory.capture_of(request.path_params["capture_id"])
    if found is None:
        return refusal(404, "INVALID_RESOURCE_ID")
    row, item = found
    status = (await request.json())["status"]
    with memory.lock:
        item.status, item.created_at = status, now()
    event = "COMPLETED" if status == "COMPLETED" else "DENIED"
    webhooks.announce(
        f"PAYMENT.CAPTURE.{event}", "capture", shapes.capture(row, item, base_of(request))
    )
    return JSONResponse({"status": status})


async def tamper(request: Request) -> Response:
    """Changes what PayPal believes: `{"value"?, "currency_code"?, "custom_id"?}`."""
    row = memory.orders.get(request.path_params["order_id"])
    if row is None:
        return refusal(404, "INVALID_RESOURCE_ID")
    change = await request.json()
    with memory.lock:
        row.unit["amount"].update({k: v for k, v in change.items() if k != "custom_id"})
        if "custom_id" in change:
            row.unit["custom_id"] = change["custom_id"]
    return JSONResponse(shapes.order(row, base_of(request)))


async def overview(request: Request) -> Response:
    context = {
        "orders": list(reversed(memory.orders.values()))[:100],
        "deliveries": webhooks.outgoing.newest_first(),
        "webhook_url": webhooks.outgoing.url,
    }
    return templates.TemplateResponse(request, "paypal.html", context)


routes = [
    Route("/", overview),
    Route("/v1/oauth2/token", token, methods=["POST"]),
    Route("/v2/checkout/orders", create, methods=["POST"]),
    Route("/v2/checkout/orders/{order_id}", show),
    Route("/v2/checkout/orders/{order_id}/capture", capture, methods=["POST"]),
    Route("/v2/payments/captures/{capture_id}", show_capture),
    Route("/v2/payments/captures/{capture_id}/refund", refund, methods=["POST"]),
    Route("/v2/payments/refunds/{refund_id}", show_refund),
    Route("/v1/notifications/verify-webhook-signature", verify, methods=["POST"]),
    Route("/v1/notifications/certs/{name}", webhooks.certificate),
    Route("/checkoutnow", approve, methods=["GET", "POST"]),
    Route("/_settle/{capture_id}", settle, methods=["POST"]),
    Route("/_tamper/{order_id}", tamper, methods=["POST"]),
    Route("/_webhooks", webhooks.control, methods=["GET", "POST", "PUT"]),
]
