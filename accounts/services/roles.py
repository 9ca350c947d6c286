"""Who may teach and who may administer: decisions of the site, written in the audit trail."""

from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import F
from django.db.models.functions import Now

from accounts.models import TutorProfile, User
from tutorme.core import audit


def appoint_tutor(
    *, user: User, actor_id: UUID | None, headline: str = "", **facts: Any
) -> TutorProfile:
    """Vouches for a tutor. `facts` are columns of the profile; what is not given stays."""
    with transaction.atomic():
        profile, _made = TutorProfile.objects.update_or_create(
            user=user,
            defaults={
                "state": TutorProfile.State.APPROVED,
                "approved_at": Now(),
                "headline": headline,
                **facts,
            },
        )
        audit.record("tutor.approved", target=user, actor_id=actor_id)
    return profile


def appoint_admin(*, user: User, actor_id: UUID | None = None) -> None:
    """Gives every right of the admin pages; older tokens and sessions of the person end."""
    with transaction.atomic():
        changed = User.objects.filter(pk=user.pk, is_superuser=False).update(
            is_staff=True, is_superuser=True, token_version=F("token_version") + 1
        )
        if changed:
            audit.record("user.became_admin", target=user, actor_id=actor_id)
    user.refresh_from_db()
