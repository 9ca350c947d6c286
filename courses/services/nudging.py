"""A teacher's word to a learner who needs one: seldom, for a reason, and never by hand."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from courses.errors import NoReasonToNudge, NudgedAlready
from courses.events import LearnerNudged
from courses.models import Course, Enrollment, Nudge
from courses.queries import needing_help
from tutorme.core import limits, outbox
from tutorme.core.errors import NotFound, TooManyRequests

A_DAY = limits.Limit("nudges", 100, 86_400)


def nudge(
    *, course: Course, enrollment_id: UUID, sender: Any, now: datetime | None = None
) -> Nudge:
    """Sends the word that fits why they need help. `NoReasonToNudge` for somebody who does not,
    `NudgedAlready` within a week of the last one, `TooManyRequests` past a hundred a day."""
    moment = now or timezone.now()
    with transaction.atomic():
        places = Enrollment.objects.select_for_update(of=("self",), no_key=True)
        place = places.filter(course=course, pk=enrollment_id).first()
        if place is None:
            raise NotFound
        reason = _reason(place, moment)
        if place.nudges.filter(sent_at__gt=moment - needing_help.NUDGE_AGAIN).exists():
            raise NudgedAlready
        verdict = limits.hit(A_DAY, str(sender.pk))
        if not verdict.allowed:
            raise TooManyRequests
        row = Nudge.objects.create(
            enrollment=place, sender_id=sender.pk, reason=reason, sent_at=moment
        )
        outbox.record(LearnerNudged(row.pk, place.user_id), actor_id=sender.pk)
    return row


def _reason(place: Enrollment, now: datetime) -> str:
    found = needing_help.stuck([place.course_id], now, enrollment_id=place.pk)[place.course_id]
    if not found or found[0].reason == needing_help.ASKING:
        raise NoReasonToNudge
    return found[0].reason
