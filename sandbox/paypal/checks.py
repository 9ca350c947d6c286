"""What PayPal looks at before it does anything; each answers with its issue, or ""."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

from sandbox.paypal.billing_state import Sale
from sandbox.paypal.shapes import WITHOUT_DECIMALS
from sandbox.paypal.state import Capture, Order, memory

CURRENCIES = frozenset(
    (
        "AUD BRL CAD CNY CZK DKK EUR HKD HUF ILS JPY MYR MXN TWD NZD NOK PHP PLN GBP RUB SGD SEK "
        "CHF THB USD"
    ).split()
)
REFUND_WINDOW = timedelta(days=180)
_LONGEST = {"custom_id": 127, "invoice_id": 127, "description": 127}
_MALFORMED = {"INVALID_PARAMETER_SYNTAX", "INVALID_PARAMETER_VALUE", "INVALID_STRING_LENGTH"}


def status_of(problem: str) -> int:
    """400 for what is malformed, 422 for what makes no sense."""
    return 400 if problem in _MALFORMED else 422


def amount_problem(amount: Any) -> str:
    if not isinstance(amount, dict) or not isinstance(amount.get("value"), str):
        return "INVALID_PARAMETER_SYNTAX"
    try:
        value = Decimal(amount["value"])
    except InvalidOperation:
        return "INVALID_PARAMETER_SYNTAX"
    if amount.get("currency_code") not in CURRENCIES:
        return "INVALID_CURRENCY_CODE"
    if value <= 0:
        return "CANNOT_BE_ZERO_OR_NEGATIVE"
    digits = 0 if amount["currency_code"] in WITHOUT_DECIMALS else 2
    return "" if value == round(value, digits) else "DECIMAL_PRECISION"


def order_problem(body: dict[str, Any]) -> str:
    units = body.get("purchase_units") or []
    one_unit = isinstance(units, list) and len(units) == 1 and isinstance(units[0], dict)
    if body.get("intent") != "CAPTURE" or not one_unit:
        return "INVALID_PARAMETER_VALUE"
    if any(len(str(units[0].get(name, ""))) > most for name, most in _LONGEST.items()):
        return "INVALID_STRING_LENGTH"
    return amount_problem(units[0].get("amount"))


def capture_problem(row: Order) -> str:
    if row.status == "COMPLETED":
        return "ORDER_ALREADY_CAPTURED"
    if row.status != "APPROVED":
        return "ORDER_NOT_APPROVED"
    if row.unit.get("invoice_id") in memory.invoices:
        return "DUPLICATE_INVOICE_ID"
    return "INSTRUMENT_DECLINED" if row.funding == "declined" else ""


def refund_problem(item: Capture | Sale, currency: str, paid_at: datetime, amount: Any) -> str:
    """`amount` None asks for all that is left."""
    if item.status == "REFUNDED":
        return "CAPTURE_FULLY_REFUNDED"
    if item.status == "PENDING":
        return "PENDING_CAPTURE"
    if item.status not in {"COMPLETED", "PARTIALLY_REFUNDED"}:
        return "REFUND_NOT_ALLOWED"
    if datetime.now(UTC) - paid_at > REFUND_WINDOW:
        return "REFUND_TIME_LIMIT_EXCEEDED"
    if amount is None:
        return ""
    if problem := amount_problem(amount):
        return problem
    if amount["currency_code"] != currency:
        return "REFUND_CAPTURE_CURRENCY_MISMATCH"
    return "REFUND_AMOUNT_EXCEEDED" if Decimal(amount["value"]) > item.left else ""
