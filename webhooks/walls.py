"""Who sees where programs hear what happens, and what they were told."""

from tutorme.core.row_walls import ME, Walled, declare, through

declare(
    Walled(
        "webhooks_endpoint",
        f"owner_id = {ME} OR organization_id IN (SELECT certificates_my_desks())",
        staff=True,
    ),
    Walled("webhooks_delivery", through("endpoint_id", "webhooks_endpoint"), staff=True),
    Walled("webhooks_attempt", through("delivery_id", "webhooks_delivery"), staff=True),
    Walled(
        "webhooks_message",
        "EXISTS (SELECT 1 FROM webhooks_delivery AS d WHERE d.message_id = webhooks_message.id)",
        staff=True,
    ),
)
