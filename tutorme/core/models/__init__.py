from tutorme.core.models.audit import AuditEntry, AuditSeal, AuditUnsealed
from tutorme.core.models.bulk import BulkRow
from tutorme.core.models.files import StoredFile
from tutorme.core.models.idempotency import IdempotencyRecord
from tutorme.core.models.inbox import InboxMessage
from tutorme.core.models.invariants import InvariantCheck
from tutorme.core.models.jobs import Job
from tutorme.core.models.limits import LimitWindow
from tutorme.core.models.outbox import OutboxDelivery, OutboxEvent
from tutorme.core.models.reports import ReportExport

__all__ = [
    "AuditEntry",
    "AuditSeal",
    "AuditUnsealed",
    "BulkRow",
    "IdempotencyRecord",
    "InboxMessage",
    "InvariantCheck",
    "Job",
    "LimitWindow",
    "OutboxDelivery",
    "OutboxEvent",
    "ReportExport",
    "StoredFile",
]
