from realtime.models.channels import Channel, ChannelEvent, Presence, PushOwed
from realtime.models.conversations import (
    Block,
    Conversation,
    Message,
    MessageFile,
    MessageReport,
    Participant,
)
from realtime.models.mail import MailDelivery
from realtime.models.notifications import Notification
from realtime.models.preferences import (
    DigestLine,
    NotificationPreference,
    NotificationSettings,
    Suppression,
)

__all__ = [
    "Block",
    "Channel",
    "ChannelEvent",
    "Conversation",
    "DigestLine",
    "MailDelivery",
    "Message",
    "MessageFile",
    "MessageReport",
    "Notification",
    "NotificationPreference",
    "NotificationSettings",
    "Participant",
    "Presence",
    "PushOwed",
    "Suppression",
]
