"""What became of mails after they were sent, as the provider tells it; whom we write no more."""

import hashlib
import json
from uuid import UUID

from anymail.signals import AnymailTrackingEvent, EventType, RejectReason
from django.db import transaction
from django.db.models import F
from django.db.models.functions import Coalesce, Now
from django.http import HttpRequest

from realtime.errors import WebhookNotGenuine
from realtime.gateways import sendgrid
from realtime.models import MailDelivery, Suppression
from tutorme.core import audit, inbox
from tutorme.core.models import InboxMessage
from tutorme.core.row_security import as_system

Reason = Suppression.Reason
_COLUMNS = {
    EventType.DELIVERED: "delivered_at",
    EventType.BOUNCED: "bounced_at",
    EventType.REJECTED: "bounced_at",
    EventType.COMPLAINED: "complained_at",
}
# SendGrid repeats for a day. What is older might be a copy of what we have forgotten meanwhile.
_REPEATED_FOR_S = 25 * 3600
_DEAD = {RejectReason.BOUNCED, RejectReason.INVALID}


def receive(request: HttpRequest) -> None:
    """Keeps a batch SendGrid signed, once."""
    if not sendgrid.is_genuine(request) or abs(sendgrid.age_s(request)) > _REPEATED_FOR_S:
        raise WebhookNotGenuine
    body = request.body
    try:
        rows = json.loads(body)
    except ValueError as error:
        raise WebhookNotGenuine from error
    if not (isinstance(rows, list) and all(isinstance(row, dict) for row in rows)):
        raise WebhookNotGenuine
    delivery = hashlib.sha256(body).hexdigest()
    inbox.store(provider=sendgrid.NAME, delivery_id=delivery, kind="events", body=body, headers={})


def apply(message: InboxMessage) -> None:
    """Events repeat and come in any order: each only adds what is known."""
    for event in sendgrid.events(bytes(message.body)):
        with transaction.atomic():
            _note(event)
            _suppress(event)


def _note(event: AnymailTrackingEvent) -> None:
    column = _COLUMNS.get(event.event_type)
    mail_id = _uuid(event.metadata.get("mail", ""))
    if column and mail_id:
        MailDelivery.objects.filter(pk=mail_id).update(
            **{column: Coalesce(F(column), Now() if event.timestamp is None else event.timestamp)}
        )


def _suppress(event: AnymailTrackingEvent) -> None:
    reason = _reason(event)
    if reason and event.recipient:
        detail = str(event.mta_response or event.reject_reason or "")
        suppress(address=event.recipient, reason=reason, detail=detail)


def _reason(event: AnymailTrackingEvent) -> Reason | None:
    """A refusal for good is "bounce"; SendGrid names one for a while "blocked" in its `type`."""
    if event.event_type == EventType.COMPLAINED:
        return Reason.COMPLAINT
    if event.event_type == EventType.BOUNCED and event.esp_event.get("type") != "blocked":
        return Reason.BOUNCE
    if event.event_type == EventType.REJECTED and event.reject_reason in _DEAD:
        return Reason.BOUNCE
    return None


def suppress(*, address: str, reason: Reason, detail: str = "") -> None:
    """From now on no mail goes there. The first reason stays."""
    row = Suppression(address=address.lower(), reason=reason, detail=detail[:500])
    Suppression.objects.bulk_create([row], ignore_conflicts=True)


@as_system("whether mails to one's own address come back")
def is_suppressed(address: str) -> bool:
    return Suppression.objects.filter(pk=address.lower()).exists()


def lift(*, row: Suppression, actor_id: UUID | None) -> None:
    """An operator's decision: mails go there again."""
    with transaction.atomic():
        if Suppression.objects.filter(pk=row.pk).delete()[0]:
            audit.record(
                "suppression.lifted",
                target=row,
                actor_id=actor_id,
                before={"reason": row.reason},
            )


def _uuid(text: object) -> UUID | None:
    try:
        return UUID(str(text))
    except ValueError:
        return None
