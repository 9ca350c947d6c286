"""The pages and switches of the stand-in that PayPal's REST API does not have."""

from datetime import datetime, timedelta

from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response

from sandbox.pages import templates
from sandbox.paypal import shapes, webhooks
from sandbox.paypal.replies import base_of, refusal
from sandbox.paypal.state import Order, Refund, memory, now

_CHOICES = frozenset({"approve", "declined", "pending", "vanish"})


async def approve(request: Request) -> Response:
    """The page of the payer. Its choices decide how the bank behaves at capture."""
    row = memory.orders.get(request.query_params.get("token", ""))
    if row is None:
        return Response("No such payment.", status_code=404)
    if request.method == "GET" or not row.is_undecided:
        return templates.TemplateResponse(request, "approve.html", {"order": row})
    choice = str((await request.form()).get("choice", ""))
    if choice == "cancel":
        return _back(request, row.cancel_url, row)
    if choice not in _CHOICES:
        return Response("No such choice.", status_code=400)
    with memory.lock:
        row.funding = choice if choice in {"declined", "pending"} else "approve"
        row.status = "APPROVED"
    webhooks.announce(
        "CHECKOUT.ORDER.APPROVED", "checkout-order", shapes.order(row, base_of(request))
    )
    if choice == "vanish":
        context = {"title": "Approved", "text": "The page is closed; TutorMe hears of it anyway."}
        return templates.TemplateResponse(request, "message.html", context)
    return _back(request, row.return_url, row)


def _back(request: Request, url: str, row: Order) -> Response:
    if not url:
        context = {"title": "Noted", "text": "The order names no page to go back to."}
        return templates.TemplateResponse(request, "message.html", context)
    mark = "&" if "?" in url else "?"
    payer = f"&PayerID={shapes.PAYER_ID}" if row.status == "APPROVED" else ""
    return RedirectResponse(f"{url}{mark}token={row.id}{payer}", status_code=303)


async def settle(request: Request) -> Response:
    """Ends a held capture: `{"status": "COMPLETED" | "DECLINED", "event"?: "DECLINED"}`; PayPal
    has two names for the message of a refusal."""
    found = memory.capture_of(request.path_params["capture_id"])
    if found is None:
        return refusal(404, "INVALID_RESOURCE_ID")
    row, item = found
    order = await request.json()
    status = order.get("status")
    if item.status != "PENDING" or status not in {"COMPLETED", "DECLINED"}:
        return JSONResponse({"error": "only a held capture ends, in one of two ways"}, 400)
    with memory.lock:
        item.status, item.created_at = status, now()
    event = "COMPLETED" if status == "COMPLETED" else order.get("event", "DENIED")
    webhooks.announce(
        f"PAYMENT.CAPTURE.{event}", "capture", shapes.capture(row, item, base_of(request))
    )
    return JSONResponse({"status": status})


async def processed(request: Request) -> Response:
    """Tells that an order is complete, as PayPal does to marketplaces alone."""
    row = memory.orders.get(request.path_params["order_id"])
    if row is None or row.status != "COMPLETED":
        return refusal(404, "INVALID_RESOURCE_ID")
    shown = shapes.order(row, base_of(request))
    webhooks.announce("CHECKOUT.ORDER.COMPLETED", "checkout-order", shown)
    return JSONResponse(shown)


async def lapse(request: Request) -> Response:
    """An approval nobody captured in time is taken back."""
    row = memory.orders.get(request.path_params["order_id"])
    if row is None or row.status != "APPROVED":
        return refusal(404, "INVALID_RESOURCE_ID")
    with memory.lock:
        row.status = "VOIDED"
    told = {"order_id": row.id, "purchase_units": [row.unit]}
    webhooks.announce("CHECKOUT.PAYMENT-APPROVAL.REVERSED", "checkout-order", told)
    return JSONResponse(shapes.order(row, base_of(request)))


async def reverse(request: Request) -> Response:
    """A bank takes back what is left of a capture."""
    found = memory.capture_of(request.path_params["capture_id"])
    if found is None:
        return refusal(404, "INVALID_RESOURCE_ID")
    row, item = found
    with memory.lock:
        made = Refund(item.left)
        item.refunds.append(made)
        item.status = "REFUNDED"
    shown = shapes.refund_event(row, made, base_of(request))
    webhooks.announce("PAYMENT.CAPTURE.REVERSED", "refund", shown)
    return JSONResponse(shown)


async def age(request: Request) -> Response:
    """A capture as it will be in `{"days": 181}`."""
    found = memory.capture_of(request.path_params["capture_id"])
    if found is None:
        return refusal(404, "INVALID_RESOURCE_ID")
    days = timedelta(days=(await request.json())["days"])
    row, item = found
    with memory.lock:
        made_at = datetime.fromisoformat(item.created_at) - days
        item.created_at = made_at.strftime("%Y-%m-%dT%H:%M:%SZ")
    return JSONResponse(shapes.capture(row, item, base_of(request)))


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
