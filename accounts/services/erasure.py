"""Leaving: asked for, thought over, announced, carried out once.

requested → (cancelled) | announced at `due_at`: signed out for good and told → erased a little
later, when the last mail is on its way. Every step is one transaction and may be repeated.
"""

import secrets
from datetime import timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.db.models.functions import Now
from django.utils import timezone

from accounts import names
from accounts.errors import DeletionUnderWay
from accounts.events import DeletionCancelled, DeletionDue, DeletionRequested
from accounts.models import Deletion, User
from accounts.services import tutor_search
from tutorme.core import audit, jobs, outbox, personal
from tutorme.core.files import storing
from tutorme.core.personal import Blank, Delete, Erasure

JOB = "accounts.erase"
# Between the last mail being owed and its address being gone.
LAST_WORD = timedelta(minutes=15)
ERASED_NAME = "Former member"


def open_deletion(user: User) -> Deletion | None:
    return Deletion.objects.filter(user=user, cancelled_at=None, finished_at=None).first()


def request(*, user: User, keeps_name_on_certificates: bool) -> Deletion:
    """Begins the days of grace; asking again changes the choice and not the day."""
    with transaction.atomic():
        User.objects.select_for_update(no_key=True).only("pk").get(pk=user.pk)
        found = open_deletion(user)
        if found is not None:
            if found.announced_at is not None:
                raise DeletionUnderWay
            found.keeps_name_on_certificates = keeps_name_on_certificates
            found.save(update_fields=["keeps_name_on_certificates"])
            return found
        row = Deletion(
            user=user,
            keeps_name_on_certificates=keeps_name_on_certificates,
            due_at=timezone.now() + settings.DELETION_GRACE,
        )
        row.save(force_insert=True)
        outbox.record(DeletionRequested(row.pk, user.pk), actor_id=user.pk)
        audit.record("user.deletion_requested", target=user, actor_id=user.pk)
    return row


def cancel(*, user: User) -> bool:
    """Takes it back; False where there was nothing to take back."""
    with transaction.atomic():
        row = open_deletion(user)
        if row is None:
            return False
        won = Deletion.objects.filter(
            pk=row.pk, cancelled_at=None, announced_at=None, finished_at=None
        ).update(cancelled_at=Now())
        if not won:
            raise DeletionUnderWay
        outbox.record(DeletionCancelled(row.pk, user.pk), actor_id=user.pk)
        audit.record("user.deletion_cancelled", target=user, actor_id=user.pk)
    return True


def carry_out_due() -> int:
    """The sweep: announces what is due, and hands on what was announced long enough ago."""
    due = Deletion.objects.filter(cancelled_at=None, finished_at=None, due_at__lte=Now())
    for pk in list(due.filter(announced_at=None).values_list("pk", flat=True)[:100]):
        _announce(pk)
    ready = due.filter(announced_at__lt=Now() - LAST_WORD).values_list("pk", flat=True)[:100]
    for pk in list(ready):
        jobs.enqueue(JOB, key=f"erase:{pk}", args={"deletion_id": str(pk)})
    return len(ready)


def _announce(deletion_id: UUID) -> None:
    with transaction.atomic():
        won = Deletion.objects.filter(
            pk=deletion_id, announced_at=None, cancelled_at=None, due_at__lte=Now()
        ).update(announced_at=Now())
        if not won:
            return
        row = Deletion.objects.select_related("user").get(pk=deletion_id)
        outbox.record(DeletionDue(row.pk, row.user_id))
        User.objects.filter(pk=row.user_id).update(token_version=F("token_version") + 1)
        audit.record("user.deletion_due", target=row.user)


def erase(deletion_id: UUID) -> None:
    """In one transaction of the caller. What was erased before is found erased."""
    row = Deletion.objects.select_for_update(of=("self",)).get(pk=deletion_id)
    if row.finished_at is not None or row.cancelled_at is not None:
        return
    user = User.objects.select_for_update().get(pk=row.user_id)
    wish = Erasure(user.pk, row.keeps_name_on_certificates)
    for eraser in personal.erasers():
        eraser(wish)
    for table in personal.tables():
        if isinstance(table.on_erasure, Delete):
            table.rows(user.pk).delete()
        elif isinstance(table.on_erasure, Blank):
            table.rows(user.pk).update(**table.on_erasure.values)
    _pseudonymise(user)
    tutor_search.forget_words()
    Deletion.objects.filter(pk=deletion_id).update(finished_at=Now())
    audit.record("user.erased", target=user)


def _pseudonymise(user: User) -> None:
    picture, user.avatar = user.avatar_id, None
    user.email = f"erased-{user.pk.hex}@erased.invalid"
    user.username = f"gone-{secrets.token_hex(8)}"
    user.username_skeleton = names.skeleton(user.username)
    user.display_name, user.bio = ERASED_NAME, ""
    user.time_zone, user.locale = "UTC", "en"
    user.is_active = user.is_staff = user.is_superuser = False
    user.groups.clear()
    user.email_verified_at = user.last_login = None
    user.token_version += 1
    user.erased_at = timezone.now()
    user.set_unusable_password()
    user.save()
    if picture is not None:
        storing.discard(picture)
