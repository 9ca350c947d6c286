"""Record of privileged and security-relevant acts, in the transaction of the act."""

from typing import Any
from uuid import UUID

from django.db import models

from tutorme.core import context
from tutorme.core.models import AuditEntry


def record(
    action: str,
    *,
    target: models.Model,
    actor_id: UUID | str | None = None,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
    reason: str = "",
) -> AuditEntry:
    """`actor_id` None means the system itself. Values are JSON; secrets do not belong here."""
    return AuditEntry.objects.create(
        actor_id=actor_id,
        action=action,
        target_type=target._meta.label_lower,
        target_id=str(target.pk),
        before=before,
        after=after,
        reason=reason,
        request_id=context.request_id(),
    )
