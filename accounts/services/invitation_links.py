"""The link that opens an account made by somebody else. At most one opens at a time."""

from django.conf import settings
from django.db.models.functions import Now
from django.utils import timezone

from accounts.events import UserInvited
from accounts.models import Invitation, User
from tutorme.core import outbox


def send(user: User, sender: User | None) -> None:
    """Owes a mail with a new link; older ones open nothing. Inside the caller's transaction, where
    the person's row is new or locked."""
    Invitation.objects.filter(user=user, used_at=None).update(used_at=Now())
    row = Invitation(
        user=user, invited_by=sender, expires_at=timezone.now() + settings.INVITATION_LIFE
    )
    row.save(force_insert=True)
    outbox.record(UserInvited(row.pk, user.pk), actor_id=sender.pk if sender else None)
