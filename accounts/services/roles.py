"""Who may administer. Whether they may is decided in `admin_proposals`; nobody else calls this but
what makes a site at the machine."""

from uuid import UUID

from django.db import transaction
from django.db.models import F

from accounts.models import User
from tutorme.core import audit


def appoint_admin(*, user: User, actor_id: UUID | None = None) -> None:
    """Gives every right of the admin pages; older tokens and sessions of the person end."""
    with transaction.atomic():
        changed = User.objects.filter(pk=user.pk, is_superuser=False).update(
            is_staff=True, is_superuser=True, token_version=F("token_version") + 1
        )
        if changed:
            audit.record("user.became_admin", target=user, actor_id=actor_id)
    user.refresh_from_db()
