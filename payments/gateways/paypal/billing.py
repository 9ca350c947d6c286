"""Catalog products, plans and subscriptions v1: what is paid again and again."""

import json
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from payments.gateways.base import (
    PlanTerms,
    ProviderPlan,
    ProviderSale,
    ProviderSubscription,
)
from payments.gateways.paypal.reading import link, moment, money, readable, segment, written
from payments.gateways.paypal.transport import Refusal, Transport
from tutorme.core.money import Money

_PRODUCTS, _PLANS, _SUBSCRIPTIONS = (
    "/v1/catalogs/products",
    "/v1/billing/plans",
    "/v1/billing/subscriptions",
)
_PLANS_A_PAGE = 20
# A payment that failed is tried three times (day 0, 5 and 10); after the third PayPal suspends.
FAILURES_BEFORE_SUSPENSION = 3


class Billing:
    _transport: Transport

    def ensure_product(self, product_id: str, *, name: str) -> None:
        """There is one product, under a name of ours, so looking before making is enough."""
        try:
            self._transport.get(f"{_PRODUCTS}/{segment(product_id)}")
        except Refusal as refusal:
            if refusal.code not in {"RESOURCE_NOT_FOUND", "INVALID_RESOURCE_ID"}:
                raise
            body = {"id": product_id, "name": name[:127], "type": "SERVICE"}
            body["category"] = "EDUCATIONAL_AND_TEXTBOOKS"
            self._transport.post(_PRODUCTS, body, request_id=f"product-{product_id}")

    def find_plan(self, product_id: str, name: str) -> ProviderPlan | None:
        """Our plans have names of their own, so one made long ago and not heard of is found."""
        page = 1
        while True:
            query = urlencode({"product_id": product_id, "page_size": _PLANS_A_PAGE, "page": page})
            answer = self._transport.get(f"{_PLANS}?{query}")
            with readable("a list of plans"):
                rows = answer.get("plans") or []
                found = next((row for row in rows if row.get("name") == name), None)
                if found:
                    return ProviderPlan(found["id"], found.get("status", ""), name)
            if len(rows) < _PLANS_A_PAGE:
                return None
            page += 1

    def create_plan(self, *, request_id: str, product_id: str, terms: PlanTerms) -> ProviderPlan:
        cycle = {
            "tenure_type": "REGULAR",
            "sequence": 1,
            "total_cycles": 0,
            "frequency": {"interval_unit": terms.unit, "interval_count": terms.count},
            "pricing_scheme": {"fixed_price": written(terms.price)},
        }
        body = {
            "product_id": product_id,
            "name": terms.name[:127],
            "status": "ACTIVE",
            "billing_cycles": [cycle],
            "payment_preferences": {
                # What is owed is asked for by us, in a sum that is known, never added to a bill.
                "auto_bill_outstanding": False,
                "payment_failure_threshold": FAILURES_BEFORE_SUSPENSION,
            },
        }
        if terms.description:
            body["description"] = terms.description[:127]
        return _plan(self._transport.post(_PLANS, body, request_id=request_id))

    def plan(self, plan_id: str) -> ProviderPlan:
        return _plan(self._transport.get(f"{_PLANS}/{segment(plan_id)}"))

    def offer_plan(self, plan_id: str, *, offered: bool) -> None:
        """Whether somebody new may subscribe. Those who did are not touched."""
        step = "activate" if offered else "deactivate"
        self._transport.call("POST", f"{_PLANS}/{segment(plan_id)}/{step}", harmless=True)

    def create_subscription(
        self,
        *,
        request_id: str,
        reference: str,
        plan_id: str,
        starts_at: datetime | None,
        return_url: str,
        cancel_url: str,
    ) -> ProviderSubscription:
        body: dict[str, Any] = {
            "plan_id": plan_id,
            "custom_id": reference,
            "application_context": _context(return_url, cancel_url),
        }
        if starts_at:
            body["start_time"] = starts_at.strftime("%Y-%m-%dT%H:%M:%SZ")
        answer = self._transport.post(_SUBSCRIPTIONS, body, request_id=request_id)
        answer.setdefault("plan_id", plan_id)
        answer.setdefault("custom_id", reference)
        return _subscription(answer)

    def subscription(self, subscription_id: str) -> ProviderSubscription:
        return _subscription(self._transport.get(f"{_SUBSCRIPTIONS}/{segment(subscription_id)}"))

    def sales(
        self, subscription_id: str, *, since: datetime, until: datetime
    ) -> tuple[ProviderSale, ...]:
        """Every payment and refused payment of that time, oldest first."""
        times = {"start_time": since, "end_time": until}
        query = urlencode({name: f"{at:%Y-%m-%dT%H:%M:%S.000Z}" for name, at in times.items()})
        path = f"{_SUBSCRIPTIONS}/{segment(subscription_id)}/transactions?{query}"
        answer = self._transport.get(path)
        with readable("a list of payments"):
            rows = [_sale(row) for row in answer.get("transactions") or []]
        return tuple(sorted(rows, key=lambda sale: (sale.paid_at, sale.id)))

    def suspend_subscription(self, subscription_id: str, *, reason: str) -> None:
        self._step(subscription_id, "suspend", reason)

    def activate_subscription(self, subscription_id: str, *, reason: str) -> None:
        self._step(subscription_id, "activate", reason)

    def cancel_subscription(self, subscription_id: str, *, reason: str) -> None:
        self._step(subscription_id, "cancel", reason)

    def _step(self, subscription_id: str, step: str, reason: str) -> None:
        """Refused where the state does not fit, so repeating does no harm; read it after that."""
        path = f"{_SUBSCRIPTIONS}/{segment(subscription_id)}/{step}"
        self._transport.call("POST", path, body=_encoded({"reason": reason[:128]}), harmless=True)

    def revise_subscription(
        self, subscription_id: str, *, plan_id: str, return_url: str, cancel_url: str
    ) -> str:
        """Asks for another plan; the address where the payer agrees. Nothing changes until then,
        so asking again does no harm."""
        body = {"plan_id": plan_id, "application_context": _context(return_url, cancel_url)}
        path = f"{_SUBSCRIPTIONS}/{segment(subscription_id)}/revise"
        answer = self._transport.call("POST", path, body=_encoded(body), harmless=True)
        with readable("a plan change"):
            return link(answer, "approve")

    def capture_outstanding(
        self, subscription_id: str, *, request_id: str, amount: Money, note: str
    ) -> None:
        """Asks for what is owed, now."""
        body = {"note": note[:128], "capture_type": "OUTSTANDING_BALANCE"}
        path = f"{_SUBSCRIPTIONS}/{segment(subscription_id)}/capture"
        self._transport.post(path, {**body, "amount": written(amount)}, request_id=request_id)


def _encoded(body: dict[str, Any]) -> bytes:
    return json.dumps(body).encode()


def _context(return_url: str, cancel_url: str) -> dict[str, Any]:
    return {
        "user_action": "SUBSCRIBE_NOW",
        "shipping_preference": "NO_SHIPPING",
        "return_url": return_url,
        "cancel_url": cancel_url,
    }


def _plan(answer: dict[str, Any]) -> ProviderPlan:
    with readable("a plan"):
        return ProviderPlan(answer["id"], answer.get("status", ""), answer.get("name", ""))


def _subscription(answer: dict[str, Any]) -> ProviderSubscription:
    with readable("a subscription"):
        billing = answer.get("billing_info") or {}
        owed, failed = billing.get("outstanding_balance"), billing.get("last_failed_payment") or {}
        return ProviderSubscription(
            id=answer["id"],
            status=answer["status"],
            plan_id=answer["plan_id"],
            reference=answer.get("custom_id", ""),
            approve_url=link(answer, "approve"),
            starts_at=moment(answer.get("start_time")),
            next_billing_at=moment(billing.get("next_billing_time")),
            failures=int(billing.get("failed_payments_count") or 0),
            last_failure_at=moment(failed.get("time")),
            next_try_at=moment(failed.get("next_payment_retry_time")),
            outstanding=money(owed) if owed else None,
        )


def _sale(row: dict[str, Any]) -> ProviderSale:
    amounts = row["amount_with_breakdown"]
    fee, paid_at = amounts.get("fee_amount"), moment(row["time"])
    assert paid_at is not None
    return ProviderSale(
        id=row["id"],
        status=row.get("status", ""),
        amount=money(amounts["gross_amount"]),
        fee=money(fee) if fee else None,
        paid_at=paid_at,
    )
