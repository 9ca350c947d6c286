"""Collects what is owed into drafts, sends what was approved. A draft waits for a person."""

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from payments.services import payouts, sending


class Command(BaseCommand):
    help = "Drafts payouts for everybody who is owed one, and sends approved batches."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="only say who would be paid")
        parser.add_argument("--json", action="store_true")

    def handle(self, *_args: Any, **options: Any) -> None:
        owed = [
            {"payee": str(row.payee_id), "email": row.email, **row.amount.as_json()}
            for row in payouts.owed()
        ]
        report: dict[str, Any] = {"dry_run": options["dry_run"], "owed": owed}
        if not options["dry_run"]:
            drafts = payouts.collect(actor=None, note="by the schedule")
            report["drafts"] = [{"id": str(batch.pk), **batch.total.as_json()} for batch in drafts]
            report["sent"] = sending.follow_open(limit=1000, only_due=False)
        self.stdout.write(json.dumps(report, indent=2) if options["json"] else _told(report))


def _told(report: dict[str, Any]) -> str:
    drafts = report.get("drafts", [])
    return "\n".join(
        [
            *(f"{row['email']}: {row['amount']} {row['currency']}" for row in report["owed"]),
            f"{len(report['owed'])} owed",
            *(f"draft {row['id']}: {row['amount']} {row['currency']}" for row in drafts),
            f"batches moved: {report['sent']['moved']}" if "sent" in report else "nothing sent",
        ]
    )
