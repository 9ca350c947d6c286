"""What a subscriber sees at the stand-in, and the clock a developer turns."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from sandbox.pages import templates
from sandbox.paypal import billing_shapes as shapes
from sandbox.paypal import billing_state as clock
from sandbox.paypal import webhooks
from sandbox.paypal.billing import teller
from sandbox.paypal.billing_state import Subscription, sale_of
from sandbox.paypal.replies import base_of, refusal
from sandbox.paypal.state import memory

_AGREED = frozenset({"approve", "refused", "vanish"})


def _of_token(request: Request) -> Subscription | None:
    token = request.query_params.get("ba_token", "").removeprefix("BA-")
    row: Subscription | None = memory.subscriptions.get(token)
    return row


async def approve(request: Request) -> Response:
    """Agreeing to pay again and again, or not."""
    row = _of_token(request)
    if row is None:
        return Response("No such subscription.", status_code=404)
    if request.method == "GET" or row.status != "APPROVAL_PENDING":
        return _page(request, row, row.plan_id, is_open=row.status == "APPROVAL_PENDING")
    choice = str((await request.form()).get("choice", ""))
    if choice == "cancel":
        return _back(request, row.cancel_url, row)
    if choice not in _AGREED:
        return Response("No such choice.", status_code=400)
    row.bank = "refuses" if choice == "refused" else "pays"
    clock.begin(row, teller(request))
    return _closed(request) if choice == "vanish" else _back(request, row.return_url, row)


async def agree_to_change(request: Request) -> Response:
    """Agreeing to another plan."""
    row = _of_token(request)
    if row is None:
        return Response("No such subscription.", status_code=404)
    asked = row.asked_plan_id
    if request.method == "GET" or not asked:
        return _page(request, row, asked or row.plan_id, is_open=bool(asked))
    choice = str((await request.form()).get("choice", ""))
    row.asked_plan_id = ""
    if choice == "cancel":
        return _back(request, row.cancel_url, row)
    row.next_plan_id = asked if asked != row.plan_id else ""
    teller(request)("BILLING.SUBSCRIPTION.UPDATED", row, None)
    return _closed(request) if choice == "vanish" else _back(request, row.return_url, row)


def _page(request: Request, row: Subscription, plan_id: str, *, is_open: bool) -> Response:
    context = {"row": row, "plan": memory.plans[plan_id], "is_open": is_open}
    return templates.TemplateResponse(request, "subscribe.html", context)


def _back(request: Request, url: str, row: Subscription) -> Response:
    if not url:
        context = {"title": "Noted", "text": "The shop names no page to go back to."}
        return templates.TemplateResponse(request, "message.html", context)
    mark = "&" if "?" in url else "?"
    return RedirectResponse(
        f"{url}{mark}subscription_id={row.id}&ba_token=BA-{row.id}", status_code=303
    )


def _closed(request: Request) -> Response:
    context = {"title": "Agreed", "text": "The page is closed; TutorMe hears of it anyway."}
    return templates.TemplateResponse(request, "message.html", context)


async def control(request: Request) -> Response:
    """Beyond PayPal: `{"bank": "pays" | "refuses"}`; `{"days": 31}` lets time pass,
    `{"next": true}` until the bank is asked next; `{"end": "EXPIRED" | "CANCELLED"}`;
    and for a payment `{"refund": sale, "value"?: "3.00", "reverse"?: true}`."""
    row = memory.subscriptions.get(request.path_params["subscription_id"])
    if row is None:
        return refusal(404, "INVALID_RESOURCE_ID")
    _turn(request, row, await request.json())
    return JSONResponse(shapes.subscription(row, base_of(request)))


async def control_by_form(request: Request) -> Response:
    row = memory.subscriptions.get(request.path_params["subscription_id"])
    wish = str((await request.form()).get("wish", ""))
    wishes: dict[str, dict[str, Any]] = {
        "next": {"next": True},
        "pays": {"bank": "pays"},
        "refuses": {"bank": "refuses"},
        "cancel": {"end": "CANCELLED"},
    }
    if row is None or wish not in wishes:
        return Response("No such thing.", status_code=404)
    _turn(request, row, wishes[wish])
    return RedirectResponse("/paypal/", status_code=303)


def _turn(request: Request, row: Subscription, wish: dict[str, Any]) -> None:
    tell = teller(request)
    row.bank = wish.get("bank", row.bank)
    if "days" in wish:
        row.shift(timedelta(days=wish["days"]))
    if wish.get("next") and row.next_at:
        row.shift(row.next_at - clock.moment())
    clock.bill_what_is_due(row, tell)
    if end := wish.get("end"):
        row.status = end
        tell(f"BILLING.SUBSCRIPTION.{end}", row, None)
    if sale_id := wish.get("refund"):
        _take_back(str(sale_id), wish)


def _take_back(sale_id: str, wish: dict[str, Any]) -> None:
    found = sale_of(sale_id)
    if found is None:
        return
    row, sale = found
    made = sale.give_back(Decimal(wish.get("value") or sale.left))
    event = "REVERSED" if wish.get("reverse") else "REFUNDED"
    webhooks.announce(f"PAYMENT.SALE.{event}", "refund", shapes.sale_refund(row, sale, made))


routes = [
    Route("/webapps/billing/subscriptions", approve, methods=["GET", "POST"]),
    Route("/webapps/billing/subscriptions/update", agree_to_change, methods=["GET", "POST"]),
    Route("/_subscription/{subscription_id}", control, methods=["POST"]),
    Route("/_subscription/{subscription_id}/by-form/", control_by_form, methods=["POST"]),
]
