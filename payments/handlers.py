"""What arrives from outside. Importing a reader registers it."""

from payments.services import disputes, order_messages, webhooks
from tutorme.core import inbox

READERS = (order_messages, disputes)
inbox.processes("paypal")(webhooks.apply)
