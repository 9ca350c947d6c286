"""What becomes of realtime's rows where two accounts become one. A conversation is of two people:
it moves where the kept account has none with the same other one. What was told stays told."""

from collections.abc import Iterator

from django.utils.translation import gettext_lazy as _

from realtime.models import (
    Block,
    ChannelEvent,
    Conversation,
    DigestLine,
    MailDelivery,
    Message,
    MessageReport,
    Notification,
    NotificationPreference,
    NotificationSettings,
    Participant,
    Presence,
)
from realtime.services.conversations import pair_of
from tutorme.core.merging import Goes, Moves, Stays, Two, declare, step

_TOLD = Stays("what that account was told, where it was told it")
_WITH = Stays("of conversations the kept account has with the same person")

declare(Notification, "user_id", _TOLD)
declare(MailDelivery, "user_id", _TOLD)
declare(DigestLine, "user_id", _TOLD)
declare(NotificationSettings, "user_id", _TOLD)
declare(NotificationPreference, "user_id", _TOLD)
declare(ChannelEvent, "speaker_id", Stays("gone after a while"))
declare(Presence, "user_id", Goes())
declare(Block, "blocker_id", Moves(once=("blocked_id",)))
declare(Block, "blocked_id", Moves(once=("blocker_id",)))
declare(MessageReport, "reporter_id", Moves(once=("message_id",)))
declare(MessageReport, "decided_by_id", Stays("who did it is a fact"))
declare(Participant, "user_id", _WITH)
declare(Message, "author_id", _WITH)


def _movable(two: Two) -> Iterator[tuple[Conversation, str]]:
    """With the pair they will be of."""
    mine = Conversation.objects.filter(participants__user_id=two.closed)
    for row in mine.order_by("pk"):
        others = row.participants.exclude(user_id=two.closed).values_list("user_id", flat=True)
        other = others.first()
        if other is None or other == two.kept:
            continue
        pair = pair_of(two.kept, other)
        if not Conversation.objects.filter(pair=pair).exists():
            yield row, pair


@step(_("conversations"), lambda two: sum(1 for _row in _movable(two)))
def move_conversations(two: Two) -> None:
    for row, pair in list(_movable(two)):
        Conversation.objects.filter(pk=row.pk).update(pair=pair)
        Participant.objects.filter(conversation=row, user=two.closed).update(user=two.kept)
        Message.objects.filter(conversation=row, author=two.closed).update(author=two.kept)
