"""Customer disputes, as the seller reads them; opened and ended by switches of the stand-in."""

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from sandbox.faults import operation
from sandbox.paypal import webhooks
from sandbox.paypal.access import authorised
from sandbox.paypal.billing_state import sale_of
from sandbox.paypal.replies import base_of, refusal
from sandbox.paypal.shapes import money
from sandbox.paypal.state import memory, new_id, now


@dataclass
class Dispute:
    transaction_id: str
    value: Decimal
    currency: str
    reason: str
    id: str = field(default_factory=lambda: f"PP-D-{new_id(5)}")
    status: str = "OPEN"
    outcome: str = ""
    created_at: str = field(default_factory=now)
    updated_at: str = field(default_factory=now)


def _shape(row: Dispute, base: str) -> dict[str, Any]:
    shown: dict[str, Any] = {
        "dispute_id": row.id,
        "create_time": row.created_at,
        "update_time": row.updated_at,
        "disputed_transactions": [{"seller_transaction_id": row.transaction_id}],
        "reason": row.reason,
        "status": row.status,
        "dispute_amount": money(row.value, row.currency),
        "dispute_life_cycle_stage": "INQUIRY",
        "dispute_channel": "INTERNAL",
        "links": [{"href": f"{base}/v1/customer/disputes/{row.id}", "rel": "self"}],
    }
    if row.outcome:
        shown["dispute_outcome"] = {"outcome_code": row.outcome}
    return shown


@operation("paypal", "dispute")
@authorised
async def show(request: Request) -> Response:
    row = memory.disputes.get(request.path_params["dispute_id"])
    return JSONResponse(_shape(row, base_of(request))) if row else refusal(404, "NOT_FOUND")


@operation("paypal", "dispute")
@authorised
async def listed(request: Request) -> Response:
    since = datetime.fromisoformat(request.query_params["update_time_after"])
    moved = [
        row for row in memory.disputes.values() if datetime.fromisoformat(row.updated_at) >= since
    ]
    size = int(request.query_params.get("page_size", "10"))
    start = int(request.query_params.get("next_page_token", "0"))
    base = base_of(request)
    here = {"href": f"{base}/v1/customer/disputes", "rel": "self", "method": "GET"}
    shown: dict[str, Any] = {"links": [here]}
    for row in moved[start : start + size]:
        kept = {"dispute_id", "create_time", "update_time", "reason", "status", "links"}
        facts = _shape(row, base)
        shown.setdefault("items", []).append({name: facts[name] for name in kept})
    if start + size < len(moved):
        query = (
            f"{request.url.query.partition('&next_page_token')[0]}&next_page_token={start + size}"
        )
        href = f"{base}/v1/customer/disputes?{query}"
        shown["links"].append({"href": href, "rel": "next", "method": "GET"})
    return JSONResponse(shown)


async def control(request: Request) -> Response:
    """Beyond PayPal: POST to a capture's or sale's id opens a dispute, to a dispute's id
    `{"status"?, "outcome"?}` moves it."""
    about, base = request.path_params["about"], base_of(request)
    order = await request.json() if await request.body() else {}
    row = memory.disputes.get(about)
    event = "UPDATED"
    if row is None:
        value = _value_of(about)
        if value is None:
            return refusal(404, "INVALID_RESOURCE_ID")
        row = Dispute(about, *value, order.get("reason", "MERCHANDISE_OR_SERVICE_NOT_RECEIVED"))
        memory.disputes[row.id] = row
        event = "CREATED"
    row.status, row.outcome = order.get("status", row.status), order.get("outcome", row.outcome)
    row.updated_at = now()
    event = "RESOLVED" if row.status == "RESOLVED" else event
    webhooks.announce(f"CUSTOMER.DISPUTE.{event}", "dispute", _shape(row, base))
    return JSONResponse(_shape(row, base))


def _value_of(transaction_id: str) -> tuple[Decimal, str] | None:
    if found := memory.capture_of(transaction_id):
        return found[1].value, found[0].currency
    if sold := sale_of(transaction_id):
        return sold[1].value, sold[1].currency
    return None


routes = [
    Route("/v1/customer/disputes", listed),
    Route("/v1/customer/disputes/{dispute_id}", show),
    Route("/_dispute/{about}", control, methods=["POST"]),
]
