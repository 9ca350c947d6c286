"""Says in one screen whether this installation can do its work, and what is switched off."""

import json
import shutil
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from tutorme.core import health
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


def switched_off() -> list[str]:
    """Features without their provider's settings."""
    needs = {
        "paid checkout": settings.PAYPAL["client_id"],
        "payment webhooks": settings.PAYPAL["webhook_id"],
        "mail": settings.EMAIL_HOST,
        "AI": settings.OPENROUTER["api_key"],
    }
    return [feature for feature, value in needs.items() if not value]


class Command(BaseCommand):
    help = "Checks database, Redis, media, backlog and providers; exits 1 if something is broken."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="print one object, for programs")

    def handle(self, *_args: Any, **options: Any) -> None:
        parts = {**health.readiness(), "media": _media()}
        broken = [name for name, state in parts.items() if not state.startswith("ok")]
        waiting = backlog() if "database" not in broken else {}
        off = switched_off()
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


def _media() -> str:
    root = Path(settings.MEDIA_ROOT)
    try:
        root.mkdir(parents=True, exist_ok=True)
        free = shutil.disk_usage(root).free // 2**20
    except OSError as error:
        return f"not writable ({error.strerror})"
    return f"ok, {free} MiB free"
