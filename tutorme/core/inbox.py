"""Webhooks are hints: stored raw once, acknowledged, then applied by a reader of the truth.

The view verifies the signature before it calls `store`. The provider's processor re-reads the
resource at the provider and applies it forward only, so order and repetition do not matter.
"""

import hashlib
from collections.abc import Callable, Mapping
from datetime import timedelta
from uuid import UUID

import structlog
from django.db import models, transaction
from django.db.models.functions import Now

from tutorme.core import context, queue, tracing
from tutorme.core.gateways import GatewayUnavailable
from tutorme.core.models import InboxMessage

log = structlog.get_logger(__name__)

Processor = Callable[[InboxMessage], None]
# With these waits the last try comes a day after the first.
MAX_ATTEMPTS = 19
_BACKOFF_CAP_S = 4 * 3600
_processors: dict[str, Processor] = {}


class NotYet(Exception):
    """The message speaks of something we do not know yet; it is tried again later."""


def processes(provider: str) -> Callable[[Processor], Processor]:
    def register(processor: Processor) -> Processor:
        _processors[provider] = processor
        return processor

    return register


def store(
    *, provider: str, delivery_id: str, kind: str, body: bytes, headers: Mapping[str, str]
) -> InboxMessage:
    """Keeps a verified message once. A repetition is counted, one with another body flagged."""
    digest = hashlib.sha256(body).hexdigest()
    row = InboxMessage(
        provider=provider,
        delivery_id=delivery_id,
        kind=kind,
        body=body,
        body_sha256=digest,
        headers=dict(headers),
        request_id=context.request_id(),
    )
    with transaction.atomic():
        InboxMessage.objects.bulk_create([row], ignore_conflicts=True)
        kept = InboxMessage.objects.get(provider=provider, delivery_id=delivery_id)
        if kept.pk == row.pk:
            transaction.on_commit(lambda: queue.nudge("core.process_inbox", kept.pk))
        else:
            _count_repetition(kept, digest)
    return kept


def _count_repetition(kept: InboxMessage, digest: str) -> None:
    same = kept.body_sha256 == digest
    counter = "duplicates" if same else "conflicts"
    InboxMessage.objects.filter(pk=kept.pk).update(**{counter: models.F(counter) + 1})
    if not same:
        told = {"provider": kept.provider, "delivery": kept.delivery_id}
        log.error("inbox.conflict", **told, kept=kept.body_sha256, came=digest)


def process(message_id: UUID | str) -> None:
    """Applies one message. Safe to run beside itself: processors apply forward only."""
    message = InboxMessage.objects.filter(
        pk=message_id, state=InboxMessage.State.RECEIVED, run_after__lte=Now()
    ).first()
    if message is None:
        return
    with (
        context.bound(request_id=message.request_id, inbox=message.pk, kind=message.kind),
        tracing.span(f"{message.provider} {message.kind}", kind="consumer", inbox=str(message.pk)),
    ):
        _apply(message)


def _apply(message: InboxMessage) -> None:
    try:
        _processors[message.provider](message)
    except (GatewayUnavailable, NotYet) as error:
        _postpone(message, error)
    except Exception as error:
        # An edge of the process: the provider was told 2xx, so nobody else will repeat this.
        log.exception("inbox.failed", provider=message.provider)
        _postpone(message, error)
    else:
        InboxMessage.objects.filter(pk=message.pk).update(
            state=InboxMessage.State.APPLIED, applied_at=Now(), attempts=models.F("attempts") + 1
        )


def _postpone(message: InboxMessage, error: Exception) -> None:
    attempts = message.attempts + 1
    dead = attempts >= MAX_ATTEMPTS
    InboxMessage.objects.filter(pk=message.pk, state=InboxMessage.State.RECEIVED).update(
        attempts=attempts,
        state=InboxMessage.State.DEAD if dead else InboxMessage.State.RECEIVED,
        run_after=Now() + timedelta(seconds=min(2**attempts, _BACKOFF_CAP_S)),
        last_error=f"{type(error).__name__}: {error}"[:2000],
    )


def process_due(*, limit: int = 200) -> int:
    due = InboxMessage.objects.filter(
        state=InboxMessage.State.RECEIVED, run_after__lte=Now()
    ).order_by("run_after")
    message_ids = list(due.values_list("pk", flat=True)[:limit])
    for message_id in message_ids:
        process(message_id)
    return len(message_ids)


def retry(messages: models.QuerySet[InboxMessage]) -> int:
    """Puts messages back to be applied again (they are applied forward only)."""
    return messages.exclude(state=InboxMessage.State.RECEIVED).update(
        state=InboxMessage.State.RECEIVED, attempts=0, run_after=Now()
    )
