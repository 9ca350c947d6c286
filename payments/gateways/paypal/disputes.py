"""Customer disputes v1, read only: answering one is done by a person, at PayPal."""

from payments.gateways.base import ProviderDispute
from payments.gateways.paypal.reading import moment, money, readable, segment
from payments.gateways.paypal.transport import Transport


class Disputes:
    _transport: Transport

    def dispute(self, dispute_id: str) -> ProviderDispute:
        answer = self._transport.get(f"/v1/customer/disputes/{segment(dispute_id)}")
        with readable("a dispute"):
            amount, outcome = answer.get("dispute_amount"), answer.get("dispute_outcome") or {}
            paid = answer.get("disputed_transactions") or []
            return ProviderDispute(
                id=answer["dispute_id"],
                status=answer["status"],
                reason=answer.get("reason", ""),
                stage=answer.get("dispute_life_cycle_stage", ""),
                outcome=outcome.get("outcome_code", ""),
                amount=money(amount) if amount else None,
                respond_by=moment(answer.get("seller_response_due_date")),
                transaction_ids=tuple(row.get("seller_transaction_id", "") for row in paid),
            )
