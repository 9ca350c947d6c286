"""When a lesson of each kind is complete; pure. Quizzes, exercises and live sessions are completed
by what happens there (a pass, a hand-in, an attendance), the others by their reader."""

from datetime import datetime, timedelta
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from courses.errors import CompletedByQuiz, NotAttended, NotSubmitted, NotWatched, TooSoon
from courses.intervals import Stretch, seconds_in
from courses.models.content import LessonKind

# Of a hundred: how much of a video must be seen, of a session attended.
WATCHED_PERCENT, ATTENDED_PERCENT = 90, 50

RULES: dict[str, str | Promise] = {
    LessonKind.TEXT: _("mark it complete"),
    LessonKind.VIDEO: _("watch nine tenths of it"),
    LessonKind.QUIZ: _("pass the quiz"),
    LessonKind.EXERCISE: _("hand it in"),
    LessonKind.FILE: _("mark it complete"),
    LessonKind.EMBED: _("mark it complete"),
    LessonKind.LIVE: _("attend half of it"),
}


def is_watched(data: dict[str, Any], watched: list[Stretch]) -> bool:
    length = data.get("duration_seconds") or 0
    return length > 0 and 100 * seconds_in(watched) >= WATCHED_PERCENT * length


def refuse_unearned(
    *,
    kind: str,
    data: dict[str, Any],
    watched: list[Stretch],
    opened_at: datetime | None,
    now: datetime,
) -> None:
    """What "I am done" needs before it counts. Where no script reports what was seen of a video
    (none runs, or another site plays it), the time since it was opened on our clock stands in."""
    match kind:
        case LessonKind.QUIZ:
            raise CompletedByQuiz
        case LessonKind.LIVE:
            raise NotAttended
        case LessonKind.EXERCISE:
            raise NotSubmitted
        case LessonKind.VIDEO if not is_watched(data, watched):
            needed = -(-WATCHED_PERCENT * (data.get("duration_seconds") or 0) // 100)
            if left := _seconds_left(needed, opened_at, now):
                raise NotWatched(seconds_left=left)
        case LessonKind.TEXT if data.get("min_seconds"):
            if left := _seconds_left(data["min_seconds"], opened_at, now):
                raise TooSoon(seconds_left=left)


def _seconds_left(needed: int, opened_at: datetime | None, now: datetime) -> int:
    passed = int((now - opened_at) / timedelta(seconds=1)) if opened_at else 0
    return max(0, needed - passed)


def is_attended(data: dict[str, Any], minutes: int) -> bool:
    length = data.get("duration_minutes") or 0
    return length > 0 and 100 * minutes >= ATTENDED_PERCENT * length
