"""The mail that gathers others, for those who want them together."""

from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from realtime import announcements
from realtime.announcements import Announcement, Facts, Told, declare
from realtime.events import DigestDue
from realtime.models import DigestLine

_MOST = 50


def _reader(event: DigestDue) -> list[Told]:
    lines = DigestLine.objects.filter(user_id=event.user_id, taken_at=event.at).order_by("id")
    rows = list(lines.values("kind", "facts", "url")[: _MOST + 1])
    if not rows:
        return []
    facts: Facts = {"rows": rows[:_MOST], "more": len(rows) > _MOST, "count": lines.count()}
    key = f"digest:{event.user_id}:{event.at.isoformat()}"
    return [Told(event.user_id, key, facts, reverse("notifications"))]


def _lines(facts: Facts) -> Facts:
    locale = get_language() or "en"
    said = [(announcements.words(row["kind"], row["facts"], locale), row) for row in facts["rows"]]
    lines = [{"title": words.title, "body": words.body, "url": row["url"]} for words, row in said]
    return {**facts, "lines": lines}


declare(
    Announcement(
        kind="digest",
        event=DigestDue,
        who=_reader,
        title=_("What happened on TutorMe"),
        body=_("%(count)s pieces of news since the last time."),
        in_page=False,
        mail="digest",
        action=_("See all"),
        read_as=_lines,
    )
)
