"""What becomes of recordings: shown to members who agreed, deleted when their host says so."""

from typing import Any
from uuid import UUID

from django.db import transaction

from tutorme.core import jobs
from tutorme.core.errors import NotAllowed, NotFound
from video.models import Recording
from video.services import entry


@transaction.atomic
def delete(*, user: Any, room_id: UUID, recording_id: UUID) -> None:
    """By the host or staff; at the provider by a job. Deleting twice is once."""
    room = entry.locked(entry.find(user=user, room_id=room_id).pk)
    if room.host_id != user.pk and not user.is_admin:
        raise NotAllowed
    rows = Recording.objects.filter(room=room, pk=recording_id)
    if not rows.exists():
        raise NotFound
    if rows.exclude(state=Recording.State.DELETED).update(state=Recording.State.DELETED):
        jobs.enqueue(
            "video.delete_recording",
            key=f"video.delete_recording:{recording_id}",
            args={"recording_id": str(recording_id)},
        )
