"""Says in one screen whether this installation can do its work, and what is switched off."""

import json
from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection
from django.utils import timezone

from tutorme.core import health, inspection, row_security
from tutorme.core.models import InboxMessage, Job, OutboxDelivery


def backlog() -> dict[str, int]:
    """Rows that wait for somebody, by what they are."""
    return {
        "deliveries dead": OutboxDelivery.objects.filter(state="dead").count(),
        "deliveries overdue": OutboxDelivery.objects.filter(
            state="pending", run_after__lt=timezone.now() - timedelta(minutes=5)
        ).count(),
        "webhooks dead": InboxMessage.objects.filter(state="dead").count(),
        "jobs failed": Job.objects.filter(state="failed").count(),
    }


class Command(BaseCommand):
    help = "Checks database, Redis, media, backlog and providers; exits 1 if something is broken."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="print one object, for programs")

    def handle(self, *_args: Any, **options: Any) -> None:
        parts = {**health.readiness(), "media": inspection.media()}
        there = parts["database"] == "ok"
        parts["row security"] = row_security.state(connection) if there else parts["database"]
        broken = [name for name, state in parts.items() if not state.startswith(("ok", "off"))]
        waiting = backlog() if "database" not in broken else {}
        off = inspection.switched_off()
        if options["json"]:
            found = {"ready": not broken, "parts": parts, "backlog": waiting, "switched_off": off}
            self.stdout.write(json.dumps(found))
        else:
            self._tell({**parts, **waiting, **dict.fromkeys(off, "off: provider not configured")})
        if broken:
            raise CommandError(f"not ready: {', '.join(broken)}")
        if not options["json"]:
            self.stdout.write("Ready.")

    def _tell(self, lines: dict[str, Any]) -> None:
        for name, state in lines.items():
            self.stdout.write(f"{name:<20} {state}")
