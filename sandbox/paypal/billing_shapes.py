"""Plans and subscriptions in PayPal's shapes (checked against its contracts in the tests)."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from sandbox.paypal.billing_state import Plan, Sale, Subscription
from sandbox.paypal.shapes import fee_of, money
from sandbox.paypal.state import Refund

_PLANS, _SUBSCRIPTIONS = "v1/billing/plans", "v1/billing/subscriptions"


def stamp(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")


def plan(row: Plan, base: str) -> dict[str, Any]:
    return {
        "id": row.id,
        **row.asked,
        "status": row.status,
        "create_time": stamp(row.created_at),
        "links": [{"href": f"{base}/{_PLANS}/{row.id}", "rel": "self", "method": "GET"}],
    }


def plan_in_list(row: Plan, base: str) -> dict[str, Any]:
    """A list shows the minimal form."""
    kept = {"id", "product_id", "name", "status", "create_time", "links"}
    return {name: value for name, value in plan(row, base).items() if name in kept}


def subscription(row: Subscription, base: str) -> dict[str, Any]:
    links = [{"href": f"{base}/{_SUBSCRIPTIONS}/{row.id}", "rel": "self", "method": "GET"}]
    shown: dict[str, Any] = {
        "id": row.id,
        "status": row.status,
        "plan_id": row.next_plan_id or row.plan_id,
        "start_time": stamp(row.start_at),
        "create_time": stamp(row.created_at),
        "links": links,
    }
    if row.custom_id:
        shown["custom_id"] = row.custom_id
    if row.status == "APPROVAL_PENDING":
        href = f"{base}/webapps/billing/subscriptions?ba_token=BA-{row.id}"
        links.insert(0, {"href": href, "rel": "approve", "method": "GET"})
    else:
        shown["billing_info"] = _billing(row)
        shown["subscriber"] = {"email_address": "payer@example.com", "payer_id": "QYR5Z8XDVJNXQ"}
    return shown


def _billing(row: Subscription) -> dict[str, Any]:
    currency = row.plan.currency
    shown: dict[str, Any] = {
        "outstanding_balance": money(row.outstanding, currency),
        "failed_payments_count": row.failures,
        "cycle_executions": [
            {"tenure_type": "REGULAR", "sequence": 1, "cycles_completed": len(row.sales)}
        ],
    }
    if row.due_at and row.status == "ACTIVE":
        shown["next_billing_time"] = stamp(row.due_at)
    if row.sales:
        last = row.sales[-1]
        shown["last_payment"] = {"amount": money(last.value, currency), "time": stamp(last.paid_at)}
    if row.failed_at and row.failures:
        failed = {"amount": money(row.outstanding, currency), "time": stamp(row.failed_at)}
        failed["reason_code"] = "PAYMENT_DENIED"
        if row.retry_at:
            failed["next_payment_retry_time"] = stamp(row.retry_at)
        shown["last_failed_payment"] = failed
    return shown


def transaction(sale: Sale) -> dict[str, Any]:
    fee = fee_of(sale.value, sale.currency)
    return {
        "id": sale.id,
        "status": sale.status,
        "time": stamp(sale.paid_at),
        "amount_with_breakdown": {
            "gross_amount": money(sale.value, sale.currency),
            "fee_amount": money(fee, sale.currency),
            "net_amount": money(sale.value - fee, sale.currency),
        },
        "payer_email": "payer@example.com",
    }


def sale(row: Subscription, item: Sale) -> dict[str, Any]:
    """The old sale object that PAYMENT.SALE.* carries."""
    return {
        "id": item.id,
        "state": item.status.lower(),
        "amount": _total(item.value, item.currency),
        "billing_agreement_id": row.id,
        "custom": row.custom_id,
        "create_time": stamp(item.paid_at),
    }


def sale_refund(row: Subscription, item: Sale, made: Refund) -> dict[str, Any]:
    """PAYMENT.SALE.REFUNDED names the sale, not the subscription."""
    return {
        "id": made.id,
        "sale_id": item.id,
        "state": "completed",
        "amount": _total(made.value, item.currency),
        "custom": row.custom_id,
    }


def refund(item: Sale, made: Refund, base: str) -> dict[str, Any]:
    """As the address of captures shows it."""
    shown: dict[str, Any] = {
        "id": made.id,
        "status": made.status,
        "amount": money(made.value, item.currency),
        "create_time": made.created_at,
        "update_time": made.created_at,
        "links": [
            {"href": f"{base}/v2/payments/refunds/{made.id}", "rel": "self", "method": "GET"}
        ],
    }
    if made.custom_id:
        shown["custom_id"] = made.custom_id
    return {**shown, "note_to_payer": made.note} if made.note else shown


def _total(value: Decimal, currency: str) -> dict[str, str]:
    """Money as the old API writes it."""
    return {"total": money(value, currency)["value"], "currency": currency}
