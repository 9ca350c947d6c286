"""Gives up nothing for lost: what died in outbox or inbox is tried again."""

from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import CommandParser
from django.db.models import QuerySet

from tutorme.core import inbox, outbox
from tutorme.core.errors import NotFound
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
        box, name = options["box"], options["name"]
        rows: Any
        if box == "outbox":
            rows = OutboxDelivery.objects.filter(**({"event__name": name} if name else {}))
        else:
            rows = InboxMessage.objects.filter(**({"provider": name} if name else {}))
        rows = _one(rows, options["id"]) if options["id"] else rows.filter(state="dead")
        retry: Any = outbox.retry if box == "outbox" else inbox.retry
        count = rows.count() if options["dry_run"] else retry(rows)
        return {"box": box, "rows": count, "dry_run": options["dry_run"]}


def _one(rows: QuerySet[Any], given: str) -> QuerySet[Any]:
    """Raises `NotFound`, also where it is no id of this box: one counts, the other has UUIDs."""
    try:
        found = rows.filter(pk=given)
    except (ValueError, ValidationError):
        found = rows.none()
    if not found.exists():
        raise NotFound("No such row: give the id that the admin's list of this box shows.")
    return found
