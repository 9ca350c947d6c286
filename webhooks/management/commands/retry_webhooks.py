"""Puts back every webhook that was given up, both ways: what providers sent us and could not be
applied, and what of ours active endpoints did not take."""

from typing import Any

from django.core.management.base import CommandParser

from tutorme.core import inbox
from tutorme.core.errors import DomainError
from tutorme.core.management.operating import OperatorCommand
from tutorme.core.models import InboxMessage
from webhooks.models import Delivery, Endpoint
from webhooks.services import replaying


class Command(OperatorCommand):
    help = "Tries again what was given up: messages in, deliveries out. Safe to repeat."
    changes = True

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--only", choices=["in", "out"], help="one way")

    def operate(self, options: dict[str, Any]) -> dict[str, Any]:
        dead = InboxMessage.objects.filter(state=InboxMessage.State.DEAD)
        failed = Delivery.objects.filter(
            state=Delivery.State.FAILED, endpoint__state=Endpoint.State.ACTIVE
        ).select_related("endpoint")
        ways = {options["only"]} if options["only"] else {"in", "out"}
        if options["dry_run"]:
            return {
                "in": dead.count() if "in" in ways else 0,
                "out": failed.count() if "out" in ways else 0,
                "dry_run": True,
            }
        return {
            "in": inbox.retry(dead) if "in" in ways else 0,
            "out": sum(map(_again, failed)) if "out" in ways else 0,
            "dry_run": False,
        }


def _again(row: Delivery) -> int:
    """An endpoint that was switched off meanwhile is left alone."""
    try:
        replaying.one(row=row)
    except DomainError:
        return 0
    return 1
