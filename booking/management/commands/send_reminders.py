"""Says every reminder that is due, as beat does every thirty seconds."""

from typing import Any

from django.utils import timezone

from booking.models import Reminder
from booking.services import reminders
from tutorme.core.management.operating import OperatorCommand


class Command(OperatorCommand):
    help = "Sends reminders of lessons that are due now; each once, however often this runs."
    changes = True

    def operate(self, options: dict[str, Any]) -> dict[str, Any]:
        due = Reminder.objects.filter(state=Reminder.State.DUE, due_at__lte=timezone.now())
        if options["dry_run"]:
            return {"due": due.count(), "dry_run": True}
        sent, left = 0, due.count()
        while left:
            sent += reminders.send_due()
            before, left = left, due.count()
            if left >= before:
                break
        return {"sent": sent, "dry_run": False}
