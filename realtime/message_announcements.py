"""Somebody wrote; somebody says that it should not have been written."""

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from realtime.announcements import Announcement, Told, declare
from realtime.events import MessageReported, MessageWaiting
from realtime.models import Message, MessageReport, Participant
from realtime.staff_news import who_may_act

_EXCERPT = 140


def _recipient(event: MessageWaiting) -> list[Told]:
    """Not who read it before we came to telling them."""
    message = Message.objects.select_related("author").get(pk=event.message_id)
    own = Participant.objects.filter(
        conversation_id=message.conversation_id, user_id=event.recipient_id
    )
    if own.filter(read_seq__gte=message.seq).exists() or message.removed_at:
        return []
    facts = {"who": message.author.display_name, "excerpt": message.body[:_EXCERPT]}
    url = reverse("conversation", args=[message.conversation_id])
    return [Told(event.recipient_id, f"message:{message.pk}", facts, url)]


def _moderators(event: MessageReported) -> list[Told]:
    report = MessageReport.objects.get(pk=event.report_id)
    url = reverse("admin:realtime_messagereport_change", args=[report.pk])
    staff = who_may_act("message-reported")
    return [Told(pk, f"message-reported:{report.pk}:{pk}", {}, url) for pk in staff]


declare(
    Announcement(
        kind="message",
        event=MessageWaiting,
        who=_recipient,
        title=_("%(who)s writes to you"),
        body="%(excerpt)s",
        mail="notice",
        action=_("Read and answer"),
    )
)
declare(
    Announcement(
        kind="message-reported",
        event=MessageReported,
        who=_moderators,
        title=_("A message was reported"),
        body=_("Somebody says it should not have been written. Look at it."),
    )
)
