"""Customer disputes v1, read only: answering one is done by a person, at PayPal."""

from datetime import datetime
from urllib.parse import parse_qsl, urlencode, urlsplit

from payments.gateways.base import ProviderDispute
from payments.gateways.paypal.reading import link, moment, money, readable, segment
from payments.gateways.paypal.transport import Transport

_PATH = "/v1/customer/disputes"


class Disputes:
    _transport: Transport

    def disputes(self, *, since: datetime) -> list[str]:
        """The ids of those that moved since then."""
        found: list[str] = []
        query = {"update_time_after": f"{since:%Y-%m-%dT%H:%M:%S.000Z}", "page_size": "50"}
        while query:
            answer = self._transport.get(f"{_PATH}?{urlencode(query)}")
            with readable("a list of disputes"):
                found += [row["dispute_id"] for row in answer.get("items") or []]
                query = dict(parse_qsl(urlsplit(link(answer, "next")).query))
        return found

    def dispute(self, dispute_id: str) -> ProviderDispute:
        answer = self._transport.get(f"{_PATH}/{segment(dispute_id)}")
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
