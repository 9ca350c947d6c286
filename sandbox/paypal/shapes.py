"""Answers in PayPal's shapes (checked against its contracts in the tests)."""

from decimal import Decimal
from typing import Any

from sandbox.paypal.state import Capture, Order, Refund

WITHOUT_DECIMALS = frozenset({"HUF", "JPY", "TWD"})
PAYER_ID = "QYR5Z8XDVJNXQ"
_PAYER = {
    "payer_id": PAYER_ID,
    "email_address": "payer@example.com",
    "name": {"given_name": "Pat", "surname": "Payer"},
}


def money(value: Decimal, currency: str) -> dict[str, str]:
    digits = 0 if currency in WITHOUT_DECIMALS else 2
    return {"currency_code": currency, "value": f"{value:.{digits}f}"}


def fee_of(value: Decimal, currency: str) -> Decimal:
    """PayPal's usual 3.49 % + 0.35, never more than the amount."""
    digits = Decimal(1) if currency in WITHOUT_DECIMALS else Decimal("0.01")
    return min(value, (value * Decimal("0.0349") + Decimal("0.35")).quantize(digits))


def order(row: Order, base: str) -> dict[str, Any]:
    unit = dict(row.unit)
    if row.captures:
        unit["payments"] = {"captures": [capture(row, item, base) for item in row.captures]}
        given = [refund_event(row, gone, base) for item in row.captures for gone in item.refunds]
        if given:
            unit["payments"]["refunds"] = given
    links = [{"href": f"{base}/v2/checkout/orders/{row.id}", "rel": "self", "method": "GET"}]
    if row.status == "PAYER_ACTION_REQUIRED":
        href = f"{base}/checkoutnow?token={row.id}"
        links.append({"href": href, "rel": "payer-action", "method": "GET"})
    shown: dict[str, Any] = {
        "id": row.id,
        "status": row.status,
        "intent": "CAPTURE",
        "create_time": row.created_at,
        "purchase_units": [unit],
        "links": links,
    }
    if row.status in {"APPROVED", "COMPLETED"}:
        shown["payer"] = _PAYER
    return shown


def capture(row: Order, item: Capture, base: str) -> dict[str, Any]:
    fee = fee_of(item.value, row.currency)
    shown: dict[str, Any] = {
        "id": item.id,
        "status": item.status,
        "amount": money(item.value, row.currency),
        "final_capture": True,
        **_references(row),
        "create_time": item.created_at,
        "update_time": item.created_at,
        "links": [
            {"href": f"{base}/v2/payments/captures/{item.id}", "rel": "self", "method": "GET"}
        ],
    }
    if item.status == "PENDING":
        shown["status_details"] = {"reason": "PENDING_REVIEW"}
    elif item.status != "DECLINED":
        shown["seller_receivable_breakdown"] = {
            "gross_amount": money(item.value, row.currency),
            "paypal_fee": money(fee, row.currency),
            "net_amount": money(item.value - fee, row.currency),
        }
    return shown


def refund(row: Order, item: Refund, base: str) -> dict[str, Any]:
    shown = {
        "id": item.id,
        "status": item.status,
        "amount": money(item.value, row.currency),
        **_references(row),
        "create_time": item.created_at,
        "update_time": item.created_at,
        "links": [
            {"href": f"{base}/v2/payments/refunds/{item.id}", "rel": "self", "method": "GET"}
        ],
    }
    if item.custom_id:
        shown["custom_id"] = item.custom_id
    return {**shown, "note_to_payer": item.note} if item.note else shown


def _references(row: Order) -> dict[str, str]:
    """What the shop called it; PayPal leaves absent names out."""
    return {name: str(row.unit[name]) for name in ("custom_id", "invoice_id") if row.unit.get(name)}


def refund_event(row: Order, item: Refund, base: str) -> dict[str, Any]:
    """A refund as its webhook shows it: with the way up to its capture."""
    shown = refund(row, item, base)
    (capture_id,) = [one.id for one in row.captures if item in one.refunds]
    up = {"href": f"{base}/v2/payments/captures/{capture_id}", "rel": "up", "method": "GET"}
    return {**shown, "links": [*shown["links"], up]}


def problem(status: int, issue: str, description: str = "") -> dict[str, Any]:
    """PayPal's own name and wording for a status, its own description for an issue."""
    name, message = _BY_STATUS[status]
    description = description or _ISSUES.get(issue, issue)
    return {
        "name": name,
        "message": message,
        "debug_id": "sandbox",
        "details": [{"issue": issue, "description": description}],
        "links": [],
    }


_BY_STATUS = {
    400: (
        "INVALID_REQUEST",
        "Request is not well-formed, syntactically incorrect, or violates schema.",
    ),
    404: ("RESOURCE_NOT_FOUND", "The specified resource does not exist."),
    422: (
        "UNPROCESSABLE_ENTITY",
        "The requested action could not be performed, semantically incorrect, or failed business"
        " validation.",
    ),
    429: ("RATE_LIMIT_REACHED", "Too many requests. Blocked due to rate limiting."),
    500: ("INTERNAL_SERVER_ERROR", "An internal server error occurred."),
}
_ISSUES = {
    "PLAN_PRODUCT_NOT_COMPATIBLE": "The old and the new plans should be for the same product.",
    "SUBSCRIPTION_CANNOT_BE_ACTIVATED": "Subscription cannot be activated after payment failure"
    " threshold has reached.",
    "ZERO_OUTSTANDING_BALANCE": "Current outstanding balance should be greater than zero.",
    "AMOUNT_GREATER_THAN_OUTSTANDING_BALANCE": "The capture amount can not be greater than the"
    " current outstanding balance.",
    "SUBSCRIBER_ACCOUNT_RESTRICTED": "Subscriber Account Restricted.",
    "DUPLICATE_RESOURCE_IDENTIFIER": "Duplicate resource identifier.",
    "DUPLICATE_REQUEST_ID": "The value of PayPal-Request-Id header has already been used. Please"
    " specify a different value and try again.",
    "MALFORMED_REQUEST_JSON": "The request JSON is not well formed.",
    "PENDING_CAPTURE": "Cannot initiate a refund as the capture is pending. Capture is typically"
    " pending when the payer has funded the transaction using e-check/bank funded.",
    "REFUND_NOT_ALLOWED": "Capture cannot be refunded.",
    "REFUND_CAPTURE_CURRENCY_MISMATCH": "Refund must be in the same currency as the capture",
    "INVALID_PARAMETER_SYNTAX": "The value of a field does not conform to the expected format.",
    "INVALID_STRING_LENGTH": "The value of a field is either too short or too long",
    "INVALID_PARAMETER_VALUE": "A parameter value is not valid.",
    "INVALID_RESOURCE_ID": "Specified resource ID does not exist. Please check the resource ID and"
    " try again.",
    "CANNOT_BE_ZERO_OR_NEGATIVE": "Must be greater than zero. If the currency supports decimals,"
    " only two decimal place precision is supported.",
    "DECIMAL_PRECISION": "If the currency supports decimals, only two decimal place precision is"
    " supported.",
    "INVALID_CURRENCY_CODE": "Currency code is invalid or is not currently supported. Please refer"
    " https://developer.paypal.com/api/rest/reference/currency-codes/ for list of supported"
    " currency codes.",
    "COMPLIANCE_VIOLATION": "Transaction is declined due to compliance violation.",
    "DUPLICATE_INVOICE_ID": "Duplicate Invoice ID detected. To avoid a potential duplicate"
    " transaction your account setting requires that Invoice Id be unique for each transaction.",
    "INSTRUMENT_DECLINED": "The instrument presented  was either declined by the processor or bank,"
    " or it can't be used for this payment.",
    "TRANSACTION_REFUSED": "The request was refused.",
    "PAYER_ACTION_REQUIRED": "Transaction cannot complete successfully, instruct the buyer to"
    " return to PayPal.",
    "ORDER_NOT_APPROVED": "Payer has not yet approved the Order for payment. Please redirect the"
    " payer to the 'rel':'approve' url returned as part of the HATEOAS links within the Create"
    " Order call or provide a valid `payment_source` in the request.",
    "ORDER_ALREADY_CAPTURED": "Order already captured.If 'intent=CAPTURE' only one capture per"
    " order is allowed.",
    "REFUND_TIME_LIMIT_EXCEEDED": "You are over the time limit to perform a refund on this capture",
    "CAPTURE_FULLY_REFUNDED": "The capture has already been fully refunded",
    "REFUND_AMOUNT_EXCEEDED": "The refund amount must be less than or equal to the capture amount"
    " that has not yet been refunded.",
}
