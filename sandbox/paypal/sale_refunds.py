"""Payments of subscriptions are given back at the address of captures, by their sale id."""

from decimal import Decimal
from functools import partial

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from sandbox.paypal import billing_shapes as shapes
from sandbox.paypal import checks, webhooks
from sandbox.paypal.access import sent
from sandbox.paypal.billing_state import refund_of, sale_of
from sandbox.paypal.replies import base_of, refusal
from sandbox.paypal.state import memory


async def refund(request: Request) -> Response:
    found = sale_of(request.path_params["capture_id"])
    if found is None:
        return refusal(404, "INVALID_RESOURCE_ID")
    row, sale = found
    body = await sent(request)
    if body is None:
        return refusal(400, "INVALID_PARAMETER_SYNTAX")
    amount = body.get("amount")
    with memory.lock:
        if problem := checks.refund_problem(sale, sale.currency, sale.paid_at, amount):
            return refusal(checks.status_of(problem), problem)
        value = Decimal(amount["value"]) if amount else sale.left
        note = str(body.get("note_to_payer", ""))[:255]
        made = sale.give_back(value, note, str(body.get("custom_id", "")))
    request.state.latest = partial(shapes.refund, sale, made)
    webhooks.announce("PAYMENT.SALE.REFUNDED", "refund", shapes.sale_refund(row, sale, made))
    return JSONResponse(shapes.refund(sale, made, base_of(request)), status_code=201)


def show(request: Request) -> Response:
    found = refund_of(request.path_params["refund_id"])
    if found is None:
        return refusal(404, "INVALID_RESOURCE_ID")
    _row, sale, made = found
    return JSONResponse(shapes.refund(sale, made, base_of(request)))
