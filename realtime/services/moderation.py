"""Messages that somebody says should not have been written. The staff reads those alone."""

from uuid import UUID

from django.db import transaction
from django.db.models.functions import Now

from accounts.models import User
from realtime.errors import OwnMessage, ReportDecided
from realtime.events import MessageReported
from realtime.models import Message, MessageFile, MessageReport
from realtime.services import channels
from realtime.vocabulary import CONVERSATION
from tutorme.core import audit, outbox
from tutorme.core.channels import named
from tutorme.core.errors import NotFound
from tutorme.core.models import StoredFile

State = MessageReport.State


def report(*, user: User, message_id: UUID, reason: str) -> MessageReport:
    """Of a message one can read and did not write. Reporting twice is reporting once."""
    mine = Message.objects.filter(conversation__participants__user=user)
    message = mine.filter(pk=message_id).first()
    if message is None:
        raise NotFound
    if message.author_id == user.pk:
        raise OwnMessage
    with transaction.atomic():
        row = MessageReport(message=message, reporter=user, reason=reason[:500])
        MessageReport.objects.bulk_create([row], ignore_conflicts=True)
        kept = MessageReport.objects.get(message=message, reporter=user)
        if kept.pk == row.pk:
            outbox.record(MessageReported(row.pk), actor_id=user.pk)
    return kept


def read_file(*, row: MessageReport, file_id: int, actor: User) -> StoredFile:
    """A file of the reported message and of no other; who looked is kept."""
    found = MessageFile.objects.filter(pk=file_id, message=row.message_id)
    kept = found.select_related("file").first()
    if kept is None:
        raise NotFound
    seen = {"file": str(kept.file_id)}
    audit.record("message_report.file_read", target=row, actor_id=actor.pk, after=seen)
    return kept.file


def decide(*, row: MessageReport, actor: User, uphold: bool) -> None:
    """Upheld, the message is shown to nobody any more. Decided once."""
    state = State.UPHELD if uphold else State.DISMISSED
    with transaction.atomic():
        waiting = MessageReport.objects.filter(pk=row.pk, state=State.OPEN)
        if not waiting.update(state=state, decided_by=actor, decided_at=Now()):
            raise ReportDecided
        if uphold:
            _remove(row.message)
        audit.record(
            "message.removed" if uphold else "message_report.dismissed",
            target=row,
            actor_id=actor.pk,
        )


def _remove(message: Message) -> None:
    if Message.objects.filter(pk=message.pk, removed_at=None).update(removed_at=Now()):
        said = {"conversation_id": message.conversation_id, "message_id": message.pk}
        name = named(CONVERSATION, message.conversation_id)
        channels.publish(name, "message-removed", said)
