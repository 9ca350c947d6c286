"""Says in one screen whether this installation can do its work, what to do where it cannot, and
what is switched off."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from django.db import connection
from django.utils import timezone

from tutorme.core import health, inspection, row_security, surroundings
from tutorme.core.management.operating import OperatorCommand
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


def _is_well(state: str) -> bool:
    return state.startswith(("ok", "off"))


class Command(OperatorCommand):
    help = (
        "Checks database, Redis, media, printing, backup tools, beat, backlog and providers; says "
        "what to do. 1 where something is broken."
    )

    def operate(self, options: dict[str, Any]) -> dict[str, Any]:
        parts = {**health.readiness(), "media": inspection.media()}
        there = parts["database"] == "ok"
        parts["row security"] = row_security.state(connection) if there else parts["database"]
        if there:
            parts.update(surroundings.parts())
        broken = [name for name, state in parts.items() if not _is_well(state)]
        return {
            "ready": not broken,
            "parts": parts,
            "to_do": {name: surroundings.REMEDIES[name] for name in broken},
            "backlog": backlog() if parts["migrations"] == "ok" else {},
            "switched_off": inspection.switched_off(),
        }

    def lines(self, found: dict[str, Any]) -> Iterator[str]:
        off = dict.fromkeys(found["switched_off"], "off: provider not configured")
        for name, state in {**found["parts"], **found["backlog"], **off}.items():
            yield f"{name:<20} {state}"
        for name, remedy in found["to_do"].items():
            yield f"{name}: {remedy}"
        if found["ready"]:
            yield "Ready."

    def is_wrong(self, found: dict[str, Any]) -> str:
        return f"not ready: {', '.join(found['to_do'])}" if found["to_do"] else ""
