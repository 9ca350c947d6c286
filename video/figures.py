"""Calls, in figures."""

from collections.abc import Iterator

from django.db.models import Count

from tutorme.core.metrics import Figure, figures
from video.models import Room


@figures
def sessions() -> Iterator[Figure]:
    told = "Rooms in which a call began, by provider and state."
    begun = Room.objects.filter(started_at__isnull=False).order_by()
    for row in begun.values("provider", "state").annotate(count=Count("pk")):
        labels = {"provider": row["provider"], "state": row["state"]}
        yield Figure("tutorme_video_sessions", told, row["count"], **labels)
