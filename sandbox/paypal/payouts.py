"""Payouts: paid once for a sender_batch_id; how an item ends is chosen by its receiver's name.

`unclaimed@…`, `blocked@…`, `held@…`, `pending@…`, `failed@…` end so; everybody else is paid. With
`denied@…` among them nobody is.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from sandbox.faults import operation
from sandbox.paypal import checks, webhooks
from sandbox.paypal.access import authorised, repeatable, sent
from sandbox.paypal.replies import base_of, refusal
from sandbox.paypal.shapes import WITHOUT_DECIMALS
from sandbox.paypal.state import memory, new_id, now

_ENDS = {
    "unclaimed": "UNCLAIMED",
    "blocked": "BLOCKED",
    "held": "ONHOLD",
    "pending": "PENDING",
    "failed": "FAILED",
}
_EVENTS = {
    "SUCCESS": "SUCCEEDED",
    "ONHOLD": "HELD",
    "CANCELED": "CANCELED",
    "PENDING": "",
}
_FAILURE = {"FAILED": "RECEIVER_ACCOUNT_LOCKED", "BLOCKED": "RISK_DECLINE"}
_MOST = 15_000


@dataclass
class Item:
    batch_id: str
    asked: dict[str, Any]
    id: str = field(default_factory=lambda: new_id(13))
    transaction_id: str = ""
    status: str = ""
    processed_at: str = ""

    @property
    def value(self) -> Decimal:
        return Decimal(self.asked["amount"]["value"])

    @property
    def currency(self) -> str:
        return str(self.asked["amount"]["currency"])

    @property
    def fee(self) -> Decimal:
        """PayPal's 2 % of a payout, a euro at most."""
        digits = Decimal(1) if self.currency in WITHOUT_DECIMALS else Decimal("0.01")
        return min(Decimal(1), self.value * Decimal("0.02")).quantize(digits)


@dataclass
class Batch:
    header: dict[str, Any]
    id: str = field(default_factory=lambda: new_id(13))
    status: str = "PENDING"
    items: list[Item] = field(default_factory=list)
    created_at: str = field(default_factory=now)


def items() -> Iterator[Item]:
    return (item for batch in memory.payouts.values() for item in batch.items)


def _money(value: Decimal, currency: str) -> dict[str, str]:
    digits = 0 if currency in WITHOUT_DECIMALS else 2
    return {"currency": currency, "value": f"{value:.{digits}f}"}


def _header(batch: Batch) -> dict[str, Any]:
    shown = {
        "payout_batch_id": batch.id,
        "batch_status": batch.status,
        "time_created": batch.created_at,
        "sender_batch_header": batch.header,
    }
    if batch.status == "SUCCESS":
        currency = batch.items[0].currency
        shown["amount"] = _money(sum((i.value for i in batch.items), Decimal(0)), currency)
        shown["fees"] = _money(sum((i.fee for i in batch.items), Decimal(0)), currency)
    return shown


def _links(path: str, base: str) -> list[dict[str, str]]:
    return [{"href": f"{base}/v1/payments/{path}", "rel": "self", "method": "GET"}]


def _item(item: Item, base: str) -> dict[str, Any]:
    shown: dict[str, Any] = {
        "payout_item_id": item.id,
        "payout_batch_id": item.batch_id,
        "payout_item": {"recipient_type": "EMAIL", **item.asked},
        "links": _links(f"payouts-item/{item.id}", base),
    }
    if item.status:
        shown |= {"transaction_status": item.status, "time_processed": item.processed_at}
        shown["payout_item_fee"] = _money(item.fee, item.currency)
    if item.transaction_id:
        shown["transaction_id"] = item.transaction_id
    if item.status in _FAILURE:
        name = _FAILURE[item.status]
        shown["errors"] = {"name": name, "message": name, "debug_id": "sandbox"}
    return shown


@operation("paypal", "payout")
@authorised
@repeatable
async def create(request: Request) -> Response:
    body = await sent(request) or {}
    header, rows = body.get("sender_batch_header"), body.get("items")
    if not isinstance(header, dict) or not isinstance(rows, list) or not 0 < len(rows) <= _MOST:
        return refusal(400, "INVALID_PARAMETER_SYNTAX")
    if problem := next(filter(None, map(_problem, rows)), ""):
        return refusal(400, problem)
    with memory.lock:
        known = _sent_before(header.get("sender_batch_id", ""))
        if known is not None:
            return _duplicate(known, base_of(request))
        batch = Batch(header)
        batch.items = [Item(batch.id, row) for row in rows]
        memory.payouts[batch.id] = batch
    base = base_of(request)
    request.state.latest = lambda base: _created(batch, base)
    answer = JSONResponse(_created(batch, base), status_code=201)
    _process(batch, base)
    return answer


def _created(batch: Batch, base: str) -> dict[str, Any]:
    return {"batch_header": _header(batch), "links": _links(f"payouts/{batch.id}", base)}


def _problem(row: Any) -> str:
    amount = row.get("amount") if isinstance(row, dict) else None
    if not isinstance(amount, dict) or not row.get("receiver"):
        return "INVALID_PARAMETER_SYNTAX"
    named = {"currency_code": amount.get("currency"), "value": amount.get("value")}
    return checks.amount_problem(named)


def _sent_before(sender_batch_id: str) -> Batch | None:
    rows = (batch for batch in memory.payouts.values() if sender_batch_id)
    return next((b for b in rows if b.header.get("sender_batch_id") == sender_batch_id), None)


def _duplicate(batch: Batch, base: str) -> Response:
    issue = "Batch with given sender_batch_id already exists"
    body = {
        "name": "USER_BUSINESS_ERROR",
        "message": "User business error.",
        "debug_id": "sandbox",
        "details": [{"field": "SENDER_BATCH_ID", "location": "body", "issue": issue}],
        "links": _links(f"payouts/{batch.id}", base),
    }
    return JSONResponse(body, status_code=400)


def _process(batch: Batch, base: str) -> None:
    """What PayPal does in its own time comes right after the answer: the answer says PENDING."""
    batch.status = "PROCESSING"
    webhooks.announce("PAYMENT.PAYOUTSBATCH.PROCESSING", "payouts", _created(batch, base))
    names = [_name(item) for item in batch.items]
    if "denied" in names:
        batch.status = "DENIED"
        webhooks.announce("PAYMENT.PAYOUTSBATCH.DENIED", "payouts", _created(batch, base))
        return
    for item, name in zip(batch.items, names, strict=True):
        settle(item, _ENDS.get(name, "SUCCESS"), base)
    batch.status = "SUCCESS"
    webhooks.announce("PAYMENT.PAYOUTSBATCH.SUCCESS", "payouts", _created(batch, base))


def _name(item: Item) -> str:
    return str(item.asked["receiver"]).partition("@")[0].partition("+")[0]


def settle(item: Item, status: str, base: str, event: str = "") -> None:
    item.status, item.processed_at = status, now()
    if status not in {"FAILED", "BLOCKED"}:
        item.transaction_id = item.transaction_id or new_id()
    event = event or _EVENTS.get(status, status)
    if event:
        kind = f"PAYMENT.PAYOUTS-ITEM.{event}"
        webhooks.announce(kind, "payouts_item", _item(item, base))


@operation("paypal", "payout-state")
@authorised
async def show(request: Request) -> Response:
    batch = memory.payouts.get(request.path_params["batch_id"])
    if batch is None:
        return refusal(404, "INVALID_RESOURCE_ID")
    size = int(request.query_params.get("page_size", "1000")) or 1000
    start = (int(request.query_params.get("page", "1")) - 1) * size
    base = base_of(request)
    shown = _created(batch, base)
    shown["items"] = [_item(item, base) for item in batch.items[start : start + size]]
    if request.query_params.get("total_required") == "true":
        shown["total_items"] = len(batch.items)
        shown["total_pages"] = -(-len(batch.items) // size)
    return JSONResponse(shown)


@operation("paypal", "payout-item")
@authorised
async def show_item(request: Request) -> Response:
    item = _found(request)
    if item is None:
        return refusal(404, "INVALID_RESOURCE_ID")
    return JSONResponse(_item(item, base_of(request)))


@operation("paypal", "payout-cancel")
@authorised
async def cancel(request: Request) -> Response:
    item = _found(request)
    if item is None:
        return refusal(404, "INVALID_RESOURCE_ID")
    if item.status != "UNCLAIMED":
        return refusal(400, "ITEM_INCORRECT_STATUS")
    settle(item, "RETURNED", base_of(request))
    return JSONResponse(_item(item, base_of(request)))


async def control(request: Request) -> Response:
    """Beyond PayPal: `{"status": "SUCCESS" | "RETURNED" | …, "event"?}` is what becomes of an item;
    some messages have a name of their own (`CANCELED`, `DENIED`)."""
    item = _found(request)
    if item is None:
        return refusal(404, "INVALID_RESOURCE_ID")
    order = await request.json()
    settle(item, str(order.get("status", "")), base_of(request), str(order.get("event", "")))
    return JSONResponse(_item(item, base_of(request)))


def _found(request: Request) -> Item | None:
    return next((item for item in items() if item.id == request.path_params["item_id"]), None)


routes = [
    Route("/v1/payments/payouts", create, methods=["POST"]),
    Route("/v1/payments/payouts/{batch_id}", show),
    Route("/v1/payments/payouts-item/{item_id}", show_item),
    Route("/v1/payments/payouts-item/{item_id}/cancel", cancel, methods=["POST"]),
    Route("/_payout/{item_id}", control, methods=["POST"]),
]
