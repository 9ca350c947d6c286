from realtime.models.mail import MailDelivery
from realtime.models.notifications import Feed, Notification

__all__ = ["Feed", "MailDelivery", "Notification"]
