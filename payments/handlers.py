"""What arrives from outside."""

from payments.services import webhooks
from tutorme.core import inbox

inbox.processes("paypal")(webhooks.apply)
