"""Who was erased, written beside the database: an older copy of it, put back, would else bring them
back.

A note is an empty file under MEDIA_ROOT, named by the account's id and by whether its owner kept
the name on their certificates. Restoring media adds files and takes none away.
"""

from collections.abc import Iterator
from uuid import UUID

from django.db import transaction
from django.db.models.functions import Now

from accounts.models import Deletion, User
from accounts.services import erasure
from tutorme.core.files import blobs

_FOLDER = "erased"
_WITH_NAME = ".keeps-name"


def note(deletion: Deletion) -> None:
    """Before the rows go: a process that dies between the two leaves an erasure that is under way
    and cannot be taken back."""
    end = _WITH_NAME if deletion.keeps_name_on_certificates else ""
    blobs.write(f"{_FOLDER}/{deletion.user_id}{end}", [])


def note_all() -> int:
    """Those as well that were erased before there were notes."""
    rows = Deletion.objects.exclude(finished_at=None)
    for row in rows.iterator():
        note(row)
    return rows.count()


def erase_again() -> int:
    """How many came back with a copy and are gone once more. May be killed and repeated."""
    noted = dict(_noted())
    back = User.objects.filter(pk__in=noted, erased_at=None).values_list("pk", flat=True)
    for user_id in list(back):
        with transaction.atomic():
            user = User.objects.select_for_update().get(pk=user_id)
            row = erasure.open_deletion(user) or Deletion(user=user, due_at=Now())
            row.keeps_name_on_certificates = noted[user_id]
            row.announced_at = Now()
            row.save()
            erasure.erase(row.pk)
    return len(back)


def _noted() -> Iterator[tuple[UUID, bool]]:
    folder = blobs.path_of(_FOLDER)
    for path in folder.iterdir() if folder.is_dir() else ():
        # What a killed writer left has another ending.
        if path.suffix in {"", _WITH_NAME}:
            yield UUID(path.stem), path.suffix == _WITH_NAME
