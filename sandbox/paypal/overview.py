"""The seller's account at a glance."""

from collections import defaultdict
from decimal import Decimal

from starlette.requests import Request
from starlette.responses import Response

from sandbox.pages import templates
from sandbox.paypal import payouts, webhooks
from sandbox.paypal.shapes import fee_of
from sandbox.paypal.state import memory

_SHOWN = 100


async def overview(request: Request) -> Response:
    context = {
        "orders": list(reversed(memory.orders.values()))[:_SHOWN],
        "subscriptions": list(reversed(memory.subscriptions.values()))[:_SHOWN],
        "payouts": list(payouts.items())[::-1][:_SHOWN],
        "balances": balances(),
        "deliveries": webhooks.outgoing.newest_first(),
        "webhook_url": webhooks.outgoing.url,
    }
    return templates.TemplateResponse(request, "paypal.html", context)


def balances() -> dict[str, Decimal]:
    """What came in, less fees, what went back and what was paid out, by currency."""
    held: dict[str, Decimal] = defaultdict(Decimal)
    for order in memory.orders.values():
        for one in order.captures:
            if one.status not in {"PENDING", "DECLINED"}:
                held[order.currency] += one.left - fee_of(one.value, order.currency)
    for row in memory.subscriptions.values():
        for sale in row.sales:
            held[sale.currency] += sale.left - fee_of(sale.value, sale.currency)
    for item in payouts.items():
        if item.status in {"SUCCESS", "UNCLAIMED", "ONHOLD", "PENDING"}:
            held[item.currency] -= item.value + item.fee
    return {currency: value for currency, value in sorted(held.items()) if value}
