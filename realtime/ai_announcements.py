"""What tutors are told of the drafts a model writes for them."""

from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from ai.events import DraftReady, DraftStopped
from ai.models import Draft
from realtime.announcements import Announcement, Told, declare


def _of(draft_id: UUID, author_id: UUID, stage: str) -> list[Told]:
    """Once for each time the work was begun."""
    row = Draft.objects.filter(pk=draft_id).values("title", "starts").first()
    if row is None:
        return []
    url = reverse("ai-draft", args=[draft_id])
    key = f"ai-draft:{draft_id}:{stage}:{row['starts']}"
    return [Told(author_id, key, {"draft": row["title"]}, url)]


def _waits(event: DraftReady) -> list[Told]:
    wanted = event.stage == "outline"
    return _of(event.draft_id, event.author_id, event.stage) if wanted else []


def _is_written(event: DraftReady) -> list[Told]:
    wanted = event.stage == "lessons"
    return _of(event.draft_id, event.author_id, event.stage) if wanted else []


def _stopped(event: DraftStopped) -> list[Told]:
    return _of(event.draft_id, event.author_id, "stopped")


declare(
    Announcement(
        kind="ai-outline-ready",
        event=DraftReady,
        who=_waits,
        title=_("The outline of “%(draft)s” is ready"),
        body=_("Change what you like; the lessons are written from what you leave standing."),
        action=_("Look at the outline"),
    )
)
declare(
    Announcement(
        kind="ai-draft-ready",
        event=DraftReady,
        who=_is_written,
        title=_("“%(draft)s” is written"),
        body=_("Look it over and accept what you would sign. Nothing is published by itself."),
        action=_("Look it over"),
    )
)
declare(
    Announcement(
        kind="ai-draft-stopped",
        event=DraftStopped,
        who=_stopped,
        title=_("The draft “%(draft)s” stopped"),
        body=_("What was written is kept, and the work can go on where it stopped."),
        action=_("See why"),
    )
)
