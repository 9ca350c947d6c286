"""Who was in a live session. The author's sheet, or the room itself, says for how long."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from courses import completion
from courses.models import Attendance, Enrollment, Lesson, LessonKind
from courses.services import learning
from tutorme.core.errors import InvalidInput


def record_attendance(
    *,
    lesson: Lesson,
    minutes: Mapping[UUID, int],
    actor_id: Any,
    now: datetime | None = None,
) -> list[Attendance]:
    """Minutes by enrolment; half of the scheduled time completes the lesson, which a correction
    never takes back. Enrolments of other courses are `InvalidInput`, and nothing is written."""
    moment = now or timezone.now()
    with transaction.atomic():
        places = _places(lesson, minutes)
        return [_note(lesson, place, minutes[place.pk], actor_id, moment) for place in places]


def _places(lesson: Lesson, minutes: Mapping[UUID, int]) -> list[Enrollment]:
    """Locked in one order, so that two sheets never wait for each other."""
    rows = Enrollment.objects.open().filter(course_id=lesson.course_id, pk__in=minutes)
    places = list(rows.select_for_update(of=("self",), no_key=True).order_by("pk"))
    unknown = set(minutes) - {place.pk for place in places}
    if unknown or lesson.kind != LessonKind.LIVE:
        raise InvalidInput(
            errors=[
                {"pointer": f"/{pk}", "code": "unknown", "detail": "Nobody of this session."}
                for pk in sorted(map(str, unknown)) or ["lesson"]
            ]
        )
    return places


def _note(
    lesson: Lesson, place: Enrollment, minutes: int, actor_id: Any, now: datetime
) -> Attendance:
    row, _made = Attendance.objects.update_or_create(
        enrollment=place,
        lesson=lesson,
        defaults={"minutes": minutes, "recorded_by_id": actor_id, "recorded_at": now},
    )
    if completion.is_attended(lesson.data, minutes):
        learning.mark_complete(place, lesson.pk, now)
    return row
