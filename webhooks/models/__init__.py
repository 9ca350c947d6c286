from webhooks.models.endpoints import Endpoint
from webhooks.models.messages import Attempt, Delivery, Message

__all__ = ["Attempt", "Delivery", "Endpoint", "Message"]
