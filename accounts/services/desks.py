"""Who sits at which desk of the back office."""

from django.contrib.auth.models import Group
from django.db import transaction
from django.db.models import F

from accounts.desks import DESKS
from accounts.models import User
from tutorme.core import audit
from tutorme.core.errors import NotAllowed


def seat(*, user: User, desks: set[str], actor: User, reason: str) -> None:
    """At these desks and no others; none takes the back office away. By a superuser, of somebody
    else, who is not one. Older sessions and tokens of the person end."""
    if not (actor.is_admin and actor.pk != user.pk):
        raise NotAllowed
    with transaction.atomic():
        row = User.objects.select_for_update(no_key=True).get(pk=user.pk)
        if row.is_superuser or (desks and not row.is_active):
            raise NotAllowed
        known = [Group.objects.get_or_create(name=name)[0] for name in sorted(desks & set(DESKS))]
        before = sorted(row.groups.values_list("name", flat=True))
        row.groups.set(known)
        User.objects.filter(pk=row.pk).update(
            is_staff=bool(known), token_version=F("token_version") + 1
        )
        after = sorted(one.name for one in known)
        audit.record(
            "user.seated",
            target=row,
            actor_id=actor.pk,
            before={"desks": before},
            after={"desks": after},
            reason=reason,
        )
