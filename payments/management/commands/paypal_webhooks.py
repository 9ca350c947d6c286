"""Tells PayPal where to post its messages, and of what."""

from typing import Any

from django.core.management.base import CommandParser

from payments.services import notices
from tutorme.core.management.operating import OperatorCommand


class Command(OperatorCommand):
    help = "`ensure`: this site's webhook at PayPal hears of everything that is read here."
    changes = True

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("action", choices=["ensure"])

    def operate(self, options: dict[str, Any]) -> dict[str, Any]:
        found = notices.ensure(dry_run=options["dry_run"])
        return {**found.as_json(), "dry_run": options["dry_run"]}

    def is_wrong(self, found: dict[str, Any]) -> str:
        if found["is_set"] or not found["webhook_id"]:
            return ""
        return f"Set PAYPAL_WEBHOOK_ID={found['webhook_id']} and start the processes anew."
