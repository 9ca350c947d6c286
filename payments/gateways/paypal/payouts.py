"""Payouts v1: many people paid at once."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit

from payments.gateways.base import PayoutLine, ProviderPayoutBatch, ProviderPayoutItem
from payments.gateways.paypal.reading import link, money, readable, segment
from payments.gateways.paypal.transport import Refusal, Transport

_PATH = "/v1/payments/payouts"
_PAGE = 500


class Payouts:
    _transport: Transport

    def create_payout(
        self, *, reference: str, lines: Sequence[PayoutLine], subject: str, message: str = ""
    ) -> ProviderPayoutBatch:
        """`reference` is both request id and sender_batch_id: for 30 days PayPal pays it once and
        tells of the first; after that a repetition would pay again, so only `payout` may be asked.
        """
        header = {
            "sender_batch_id": reference,
            "recipient_type": "EMAIL",
            "email_subject": subject[:255],
        }
        if message:
            header["email_message"] = message[:1000]
        body = {"sender_batch_header": header, "items": [_written(line) for line in lines]}
        try:
            answer = self._transport.post(_PATH, body, request_id=reference)
        except Refusal as refusal:
            known = self._known(refusal)
            if known is None:
                raise
            return known
        with readable("a payout"):
            return _batch(answer["batch_header"], [])

    def _known(self, refusal: Refusal) -> ProviderPayoutBatch | None:
        """A repeated batch is refused with the way to the first."""
        with readable("a refusal"):
            _, found, batch_id = urlsplit(link(refusal.answer, "self")).path.rpartition(f"{_PATH}/")
        return self.payout(batch_id) if found and batch_id else None

    def payout(self, batch_id: str) -> ProviderPayoutBatch:
        """The batch with all of its items."""
        rows: list[dict[str, Any]] = []
        page, pages = 1, 1
        while page <= pages:
            answer = self._transport.get(
                f"{_PATH}/{segment(batch_id)}?page={page}&page_size={_PAGE}&total_required=true"
            )
            with readable("a payout"):
                rows += answer.get("items") or []
                page, pages = page + 1, int(answer.get("total_pages") or 1)
        with readable("a payout"):
            return _batch(answer["batch_header"], rows)

    def payout_item(self, item_id: str) -> ProviderPayoutItem:
        answer = self._transport.get(f"/v1/payments/payouts-item/{segment(item_id)}")
        with readable("a payout's item"):
            return _item(answer)

    def cancel_payout_item(self, item_id: str) -> ProviderPayoutItem:
        """Takes back what nobody claimed. PayPal refuses it in any other state, so a repetition
        does no harm; the caller reads `payout_item` after a refusal."""
        path = f"/v1/payments/payouts-item/{segment(item_id)}/cancel"
        answer = self._transport.call("POST", path, harmless=True)
        with readable("a payout's item"):
            return _item(answer)


def _written(line: PayoutLine) -> dict[str, Any]:
    shown = {
        "recipient_type": "EMAIL",
        "receiver": line.receiver,
        "sender_item_id": line.reference,
        "amount": {"currency": line.amount.currency, "value": line.amount.amount},
    }
    return {**shown, "note": line.note[:1000]} if line.note else shown


def _batch(header: dict[str, Any], rows: list[dict[str, Any]]) -> ProviderPayoutBatch:
    fees = header.get("fees")
    return ProviderPayoutBatch(
        id=header["payout_batch_id"],
        status=header["batch_status"],
        reference=header["sender_batch_header"].get("sender_batch_id", ""),
        fees=money(fees) if fees else None,
        items=tuple(_item(row) for row in rows),
    )


def _item(row: dict[str, Any]) -> ProviderPayoutItem:
    paid, fee = row["payout_item"], row.get("payout_item_fee")
    return ProviderPayoutItem(
        id=row["payout_item_id"],
        batch_id=row["payout_batch_id"],
        reference=paid.get("sender_item_id", ""),
        status=row.get("transaction_status", ""),
        receiver=paid["receiver"],
        amount=money(paid["amount"]),
        fee=money(fee) if fee else None,
        transaction_id=row.get("transaction_id", ""),
        failure=str((row.get("errors") or {}).get("name", ""))[:100],
    )
