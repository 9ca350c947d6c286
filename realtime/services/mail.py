"""Mails: owed in a transaction, sent outside of one, settled in another."""

from collections.abc import Callable
from datetime import datetime, timedelta
from email.utils import formataddr, parseaddr
from typing import Any
from uuid import UUID

import structlog
from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.db import transaction
from django.db.models import F
from django.db.models.functions import Now
from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from accounts.models import User
from realtime import announcements
from realtime.announcements import Addressee, Announcement, Told
from realtime.errors import NotResendable
from realtime.gateways import sendgrid, smtp
from realtime.models import MailDelivery
from realtime.services import bounces, digests, preferences, unsubscribing
from tutorme.core import audit, jobs
from tutorme.core.ids import uuid7
from tutorme.core.transactions import outside_transaction

log = structlog.get_logger(__name__)

JOB = "realtime.send_mail"
State = MailDelivery.State
Sender = Callable[..., smtp.Outcome]


def owe(kind: str, told: Told) -> bool:
    """Writes the mail and what sends it: now, after the reader's quiet hours, or with others.
    False where it was owed before, or nobody is there to read."""
    user = User.objects.filter(pk=told.user_id, is_active=True).first()
    if user is None and told.user_id is not None:
        return False
    announcement = announcements.named(kind)
    if user is None or announcement.is_essential:
        return _write(kind, told, user, held_until=None)
    wanted = preferences.settings_of(user.pk)
    # What has papers in it is not gathered.
    if wanted.digest != "off" and kind != "digest" and announcement.attachments is None:
        return digests.add(kind, told)
    return _write(kind, told, user, preferences.quiet_until(wanted, user.time_zone, timezone.now()))


def _write(kind: str, told: Told, user: User | None, held_until: datetime | None) -> bool:
    to = told.to or _own(user)
    mail_id = uuid7()
    row = MailDelivery(
        id=mail_id,
        user=user,
        kind=kind,
        facts=told.facts,
        url=told.url,
        dedupe_key=told.key,
        to_address=to.address,
        to_name=to.name,
        locale=to.locale,
        message_id=f"<{mail_id}@{_domain()}>",
        state=State.HELD if held_until else State.QUEUED,
        held_until=held_until,
    )
    with transaction.atomic():
        MailDelivery.objects.bulk_create([row], ignore_conflicts=True)
        if not MailDelivery.objects.filter(pk=mail_id).exists():
            return False
        if held_until is None:
            _enqueue(row)
    return True


def release_held(now: datetime | None = None, *, limit: int = 500) -> int:
    """Lets go what waited for a morning."""
    due = MailDelivery.objects.filter(state=State.HELD, held_until__lte=now or timezone.now())
    return sum(_release(row) for row in due.order_by("held_until")[:limit])


def _release(row: MailDelivery) -> bool:
    with transaction.atomic():
        mine = MailDelivery.objects.filter(pk=row.pk, state=State.HELD)
        if not mine.update(state=State.QUEUED):
            return False
        _enqueue(row)
    return True


def _own(user: User | None) -> Addressee:
    assert user is not None, "somebody without an account is told at an address"
    return Addressee(user.email, user.display_name, user.locale)


def _domain() -> str:
    return parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")[2] or "localhost"


def _enqueue(row: MailDelivery) -> None:
    jobs.enqueue(JOB, key=f"mail:{row.pk}:{row.resends}", args={"mail_id": str(row.pk)})


@outside_transaction
def deliver(mail_id: UUID) -> str:
    """Sends a queued mail and returns the state it ends in. Raises a gateway's error where it
    certainly did not go out."""
    row = MailDelivery.objects.get(pk=mail_id)
    if row.state == State.SENDING:
        # Whoever set this died with the text on the wire.
        _lose(row.pk, "the process ended while the mail was on its way")
    elif row.state == State.QUEUED:
        _send(row)
    row.refresh_from_db(fields=["state"])
    return row.state


def _send(row: MailDelivery) -> None:
    if bounces.is_suppressed(row.to_address):
        queued = MailDelivery.objects.filter(pk=row.pk, state=State.QUEUED)
        queued.update(state=State.SUPPRESSED, last_error="the address is on the list of refusals")
        return
    message = compose(row)
    if sendgrid.is_on() and _went_by_sendgrid(row, message):
        return
    _offer(row, message, "smtp", smtp.send)


def _went_by_sendgrid(row: MailDelivery, message: EmailMultiAlternatives) -> bool:
    """False where SendGrid certainly did not take it and our own mail server may."""
    try:
        _offer(row, message, sendgrid.NAME, sendgrid.send)
    except smtp.REFUSALS as error:
        if not settings.EMAIL_HOST:
            raise
        log.warning("mail.falls_back", mail=str(row.pk), error=type(error).__name__)
        row.refresh_from_db()
        return False
    return True


def _offer(row: MailDelivery, message: EmailMultiAlternatives, door: str, send: Sender) -> None:
    try:
        outcome = send(message, may_send=lambda: _begin(row))
    except smtp.REFUSALS as error:
        _take_back(row, error)
        raise
    if outcome is smtp.Outcome.ACCEPTED:
        _settle(row, door)
    elif outcome is smtp.Outcome.UNKNOWN:
        _lose(row.pk, "the connection broke after the text was sent")


def _begin(row: MailDelivery) -> bool:
    """Of several senders one gets past here."""
    won = MailDelivery.objects.filter(pk=row.pk, state=State.QUEUED, attempts=row.attempts).update(
        state=State.SENDING, attempts=F("attempts") + 1, sending_at=Now()
    )
    return bool(won)


def _take_back(row: MailDelivery, error: Exception) -> None:
    mine = MailDelivery.objects.filter(pk=row.pk, attempts__in=[row.attempts, row.attempts + 1])
    mine.filter(state=State.SENDING, attempts=row.attempts + 1).update(state=State.QUEUED)
    mine.filter(state=State.QUEUED).update(last_error=str(error)[:500])


def _settle(row: MailDelivery, door: str) -> None:
    """Also where a later run had given this one up: an answer beats a guess."""
    MailDelivery.objects.filter(
        pk=row.pk, attempts=row.attempts + 1, state__in=[State.SENDING, State.UNKNOWN]
    ).update(state=State.SENT, sent_at=Now(), sent_by=door, last_error="")


def _lose(mail_id: UUID, because: str) -> None:
    lost = MailDelivery.objects.filter(pk=mail_id, state=State.SENDING)
    if lost.update(state=State.UNKNOWN, last_error=because):
        log.error("mail.unknown", mail=str(mail_id), because=because)


def give_up(*, mail_id: str, error: dict[str, str]) -> None:
    """The job ended without sending. The caller holds the transaction."""
    mail = MailDelivery.objects.filter(pk=mail_id)
    reason = f"{error['code']}: {error['detail']}"[:500]
    mail.filter(state=State.QUEUED).update(state=State.FAILED, last_error=reason)
    mail.filter(state=State.SENDING).update(state=State.UNKNOWN, last_error=reason)
    log.error("mail.gave_up", mail=mail_id, code=error["code"])


def resend(*, row: MailDelivery, actor_id: UUID | None) -> MailDelivery:
    """An operator's decision: the same mail, with the same Message-ID, once more."""
    with transaction.atomic():
        before = row.state
        won = MailDelivery.objects.resendable().filter(pk=row.pk, resends=row.resends)
        if not won.update(state=State.QUEUED, resends=F("resends") + 1, last_error=""):
            raise NotResendable
        row.refresh_from_db()
        _enqueue(row)
        audit.record(
            "mail.resent",
            target=row,
            actor_id=actor_id,
            before={"state": before},
            after={"state": row.state},
        )
    return row


def compose(row: MailDelivery) -> EmailMultiAlternatives:
    """The mail in its reader's language, from the facts in the row: text first, then HTML."""
    announcement = announcements.named(row.kind)
    leave = _leave(row, announcement)
    with translation.override(row.locale):
        context = _context(row, announcement, leave)
        # A kind nobody wrote a mail for goes out as a plain notice to those who asked for it.
        template = f"email/realtime/{announcement.mail or 'notice'}"
        message = EmailMultiAlternatives(
            subject=context["subject"],
            body=render_to_string(f"{template}.txt", context),
            from_email=settings.DEFAULT_FROM_EMAIL,
            to=[formataddr((_plain(row.to_name), row.to_address))],
            headers={
                "Message-ID": row.message_id,
                "Auto-Submitted": "auto-generated",
                **_leaving(leave),
            },
        )
        message.attach_alternative(render_to_string(f"{template}.html", context), "text/html")
    # Read by SendGrid alone: its webhooks come back with it.
    message.merge_metadata = {row.to_address: {"mail": str(row.pk)}}  # type: ignore[attr-defined]
    for part in announcement.attachments(row.facts) if announcement.attachments else ():
        message.attach(part.name, part.content, part.media_type)
    return message


def _context(row: MailDelivery, announcement: Announcement, leave: str) -> dict[str, Any]:
    words = announcements.words(row.kind, row.facts, row.locale)
    return {
        "subject": words.title,
        "heading": words.title,
        "words": words,
        "facts": announcements.spoken_facts(announcement, row.facts, row.locale),
        "name": row.to_name,
        "address": row.to_address,
        "base_url": settings.PUBLIC_BASE_URL,
        "button_url": f"{settings.PUBLIC_BASE_URL}{row.url}" if row.url else "",
        "button_text": words.action or _("Open TutorMe"),
        "support_email": settings.SUPPORT_EMAIL,
        "unsubscribe_url": leave,
    }


def _leave(row: MailDelivery, announcement: Announcement) -> str:
    if announcement.is_essential or row.user_id is None:
        return ""
    return unsubscribing.link(row.user_id, row.kind)


def _leaving(link: str) -> dict[str, str]:
    """RFC 8058: the mail program posts to it by itself."""
    if not link:
        return {}
    return {"List-Unsubscribe": f"<{link}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"}


def purge(*, older_than: timedelta, limit: int = 10_000) -> int:
    """Forgets mails that are over, but for those an operator is still to look at."""
    over = MailDelivery.objects.filter(
        state__in=[State.SENT, State.SUPPRESSED, State.FAILED],
        created_at__lt=Now() - older_than,
    )
    ids = list(over.order_by("id").values_list("pk", flat=True)[:limit])
    MailDelivery.objects.filter(pk__in=ids).delete()
    return len(ids)


def _plain(name: str) -> str:
    """A name fit for a header: Django refuses line breaks, so none gets that far."""
    return " ".join(name.split())
