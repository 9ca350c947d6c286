"""Orders v2 and Payments v2: what is paid once, and given back."""

from typing import Any

from payments.gateways.base import ProviderCapture, ProviderOrder, ProviderRefund
from payments.gateways.paypal.reading import link, money, readable, segment, written
from payments.gateways.paypal.transport import Transport
from tutorme.core.money import Money


class Checkout:
    _transport: Transport

    def create_order(
        self,
        *,
        request_id: str,
        reference: str,
        amount: Money,
        description: str,
        return_url: str,
        cancel_url: str,
    ) -> ProviderOrder:
        unit = {
            "reference_id": "default",
            "custom_id": reference,
            "invoice_id": reference,
            "description": description[:127],
            "amount": written(amount),
        }
        experience = {
            "return_url": return_url,
            "cancel_url": cancel_url,
            "user_action": "PAY_NOW",
            "shipping_preference": "NO_SHIPPING",
        }
        body = {
            "intent": "CAPTURE",
            "purchase_units": [unit],
            "payment_source": {"paypal": {"experience_context": experience}},
        }
        answer = self._transport.post("/v2/checkout/orders", body, request_id=request_id)
        # The answer may be the minimal one, without the purchase unit we sent.
        answer.setdefault("purchase_units", [unit])
        return _order(answer)

    def order(self, provider_id: str) -> ProviderOrder:
        return _order(self._transport.get(f"/v2/checkout/orders/{segment(provider_id)}"))

    def capture(self, provider_id: str, *, request_id: str) -> ProviderOrder:
        path = f"/v2/checkout/orders/{segment(provider_id)}/capture"
        self._transport.post(path, {}, request_id=request_id)
        return self.order(provider_id)

    def refund(
        self, capture_id: str, *, request_id: str, amount: Money, note: str, reference: str = ""
    ) -> ProviderRefund:
        body: dict[str, Any] = {
            "amount": written(amount),
            "note_to_payer": note[:255] or "Refund",
        }
        if reference:
            body["custom_id"] = reference
        path = f"/v2/payments/captures/{segment(capture_id)}/refund"
        answer = self._transport.post(path, body, request_id=request_id)
        answer.setdefault("amount", body["amount"])
        return _refund(answer)

    def refund_state(self, refund_id: str) -> ProviderRefund:
        return _refund(self._transport.get(f"/v2/payments/refunds/{segment(refund_id)}"))


def _order(answer: dict[str, Any]) -> ProviderOrder:
    with readable("an order"):
        unit = answer["purchase_units"][0]
        payments = unit.get("payments") or {}
        return ProviderOrder(
            id=answer["id"],
            status=answer.get("status", ""),
            reference=unit.get("custom_id", ""),
            amount=money(unit["amount"]),
            approve_url=link(answer, "payer-action", "approve"),
            payer_id=(answer.get("payer") or {}).get("payer_id", ""),
            captures=tuple(_capture(row) for row in payments.get("captures", [])),
            refunds=tuple(_refund(row) for row in payments.get("refunds", [])),
        )


def _capture(row: dict[str, Any]) -> ProviderCapture:
    fee = (row.get("seller_receivable_breakdown") or {}).get("paypal_fee")
    return ProviderCapture(
        id=row["id"],
        status=row["status"],
        amount=money(row["amount"]),
        fee=money(fee) if fee else None,
        reference=row.get("custom_id", ""),
    )


def _refund(answer: dict[str, Any]) -> ProviderRefund:
    with readable("a refund"):
        return ProviderRefund(
            id=answer["id"],
            status=answer["status"],
            amount=money(answer["amount"]),
            reference=answer.get("custom_id", ""),
        )
