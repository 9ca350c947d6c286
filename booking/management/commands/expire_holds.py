"""Lets go of holds and requests whose time ran out, as beat does every thirty seconds."""

from typing import Any

from django.utils import timezone

from booking.models import Booking
from booking.services import holding
from tutorme.core.management.operating import OperatorCommand


class Command(OperatorCommand):
    help = "Expires lapsed holds and unanswered requests now."
    changes = True

    def operate(self, options: dict[str, Any]) -> dict[str, Any]:
        if options["dry_run"]:
            return {"expired": Booking.objects.overdue(timezone.now()).count(), "dry_run": True}
        total = count = holding.sweep()
        while count:
            count = holding.sweep()
            total += count
        return {"expired": total, "dry_run": False}
