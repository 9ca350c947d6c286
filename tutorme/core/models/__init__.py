from tutorme.core.models.audit import AuditEntry
from tutorme.core.models.files import StoredFile
from tutorme.core.models.idempotency import IdempotencyRecord
from tutorme.core.models.inbox import InboxMessage
from tutorme.core.models.invariants import InvariantCheck
from tutorme.core.models.jobs import Job
from tutorme.core.models.limits import LimitWindow
from tutorme.core.models.outbox import OutboxDelivery, OutboxEvent

__all__ = [
    "AuditEntry",
    "IdempotencyRecord",
    "InboxMessage",
    "InvariantCheck",
    "Job",
    "LimitWindow",
    "OutboxDelivery",
    "OutboxEvent",
    "StoredFile",
]
