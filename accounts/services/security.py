"""What happened to the ways into an account: kept for the owner, and told to them."""

from django.utils import timezone

from accounts.changes import PREFIX
from accounts.events import SecurityChanged
from accounts.models import User
from accounts.origin import Origin
from tutorme.core import audit, outbox
from tutorme.core.ids import uuid7


def note(
    change: str, *, user: User, origin: Origin, old_email: str = "", mailed: bool = True
) -> None:
    """Writes the row of the owner's security list and owes them a notice. The caller holds the
    transaction. `change` is a key of `changes.CHANGES`."""
    facts = {"device": origin.device, "address": origin.address}
    audit.record(f"{PREFIX}{change}", target=user, actor_id=user.pk, after=facts)
    if mailed:
        outbox.record(
            SecurityChanged(
                user_id=user.pk,
                change=change,
                notice_id=uuid7(),
                at=timezone.now(),
                device=origin.device,
                address=origin.address,
                old_email=old_email,
            ),
            actor_id=user.pk,
        )
