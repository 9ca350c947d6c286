from realtime.models.channels import Channel, ChannelEvent, Presence
from realtime.models.mail import MailDelivery
from realtime.models.notifications import Notification

__all__ = ["Channel", "ChannelEvent", "MailDelivery", "Notification", "Presence"]
