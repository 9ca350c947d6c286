"""Collects what is owed into drafts, sends what was approved. A draft waits for a person."""

from collections.abc import Iterator
from typing import Any

from payments.services import payouts, sending
from tutorme.core.management.operating import OperatorCommand


class Command(OperatorCommand):
    help = "Drafts payouts for everybody who is owed one, and sends approved batches."
    changes = True

    def operate(self, options: dict[str, Any]) -> dict[str, Any]:
        owed = [
            {"payee": str(row.payee_id), "email": row.email, **row.amount.as_json()}
            for row in payouts.owed()
        ]
        report: dict[str, Any] = {"dry_run": options["dry_run"], "owed": owed}
        if not options["dry_run"]:
            drafts = payouts.collect(actor=None, note="by the schedule")
            report["drafts"] = [{"id": str(batch.pk), **batch.total.as_json()} for batch in drafts]
            report["sent"] = sending.follow_open(limit=1000, only_due=False)
        return report

    def lines(self, found: dict[str, Any]) -> Iterator[str]:
        for row in found["owed"]:
            yield f"{row['email']}: {row['amount']} {row['currency']}"
        yield f"{len(found['owed'])} owed"
        for row in found.get("drafts", []):
            yield f"draft {row['id']}: {row['amount']} {row['currency']}"
        if "sent" in found:
            yield f"batches moved: {found['sent']['moved']}"
            yield f"batches unreachable: {found['sent']['unreachable']}"
        else:
            yield "nothing sent"

    def is_wrong(self, found: dict[str, Any]) -> str:
        unreachable = found.get("sent", {}).get("unreachable")
        return "PayPal could not be asked about some batches; run it again." if unreachable else ""
