"""Read models of accounts."""

from dataclasses import dataclass
from datetime import datetime

from accounts.changes import CHANGES, PREFIX
from accounts.models import User
from tutorme.core.models import AuditEntry


@dataclass(frozen=True)
class SecurityEvent:
    change: str
    text: str
    device: str
    address: str
    at: datetime


def security_events(user: User, *, limit: int) -> list[SecurityEvent]:
    """What happened to the ways into this account, newest first."""
    rows = AuditEntry.objects.filter(
        target_type="accounts.user", target_id=str(user.pk), action__startswith=PREFIX
    ).order_by("-created_at")[:limit]
    return [_event(row) for row in rows]


def _event(row: AuditEntry) -> SecurityEvent:
    change, facts = row.action.removeprefix(PREFIX), row.after or {}
    text = str(CHANGES.get(change, change))
    return SecurityEvent(
        change, text, facts.get("device", ""), facts.get("address", ""), row.created_at
    )
