from typing import TYPE_CHECKING, Any

from django.db import connection, models

if TYPE_CHECKING:
    # Named in strings.
    from realtime.models import Channel, Conversation, MailDelivery, Notification  # noqa: F401

_NEXT = """
INSERT INTO realtime_channel AS c (name, last_seq, purged_seq) VALUES (%s, 1, 0)
ON CONFLICT (name) DO UPDATE SET last_seq = c.last_seq + 1
RETURNING last_seq
"""


class ChannelManager(models.Manager["Channel"]):
    def next_seq(self, channel: str) -> int:
        """The channel's next number. Holds the row lock until the caller's transaction ends; who
        speaks on several does so in the order of their names."""
        with connection.cursor() as cursor:
            cursor.execute(_NEXT, [channel])
            return int(cursor.fetchone()[0])


class NotificationQuerySet(models.QuerySet["Notification"]):
    def visible_to(self, user: Any) -> "NotificationQuerySet":
        """One's own: what a person is told is nobody else's business, an admin's neither."""
        return self.filter(user_id=user.pk) if user.is_authenticated else self.none()

    def unread(self) -> "NotificationQuerySet":
        return self.filter(read_at=None)


class MailDeliveryQuerySet(models.QuerySet["MailDelivery"]):
    def resendable(self) -> "MailDeliveryQuerySet":
        """What an operator may send again: the others are on their way or have arrived."""
        return self.filter(state__in=["failed", "unknown", "suppressed"])


class ConversationQuerySet(models.QuerySet["Conversation"]):
    def visible_to(self, user: Any) -> "ConversationQuerySet":
        """One's own. The staff reads a message when somebody reports it, and no conversation."""
        if not user.is_authenticated:
            return self.none()
        return self.filter(participants__user_id=user.pk)
