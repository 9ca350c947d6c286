"""Gives up nothing for lost: what died in outbox or inbox is tried again."""

from typing import Any

from django.core.management.base import CommandParser

from tutorme.core import inbox, outbox
from tutorme.core.management.operating import OperatorCommand
from tutorme.core.models import InboxMessage, OutboxDelivery


class Command(OperatorCommand):
    help = "replay outbox | inbox: puts dead rows back; --id for one, whatever its state."
    changes = True

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("box", choices=["outbox", "inbox"])
        parser.add_argument("--id", default="", help="one delivery or message")
        parser.add_argument("--name", default="", help="event name, or provider")

    def operate(self, options: dict[str, Any]) -> dict[str, Any]:
        chosen = {"pk": options["id"]} if options["id"] else {"state": "dead"}
        if options["box"] == "outbox":
            named = {"event__name": options["name"]} if options["name"] else {}
            deliveries = OutboxDelivery.objects.filter(**chosen, **named)
            count = deliveries.count() if options["dry_run"] else outbox.retry(deliveries)
        else:
            named = {"provider": options["name"]} if options["name"] else {}
            messages = InboxMessage.objects.filter(**chosen, **named)
            count = messages.count() if options["dry_run"] else inbox.retry(messages)
        return {"box": options["box"], "rows": count, "dry_run": options["dry_run"]}
