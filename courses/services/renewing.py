"""Learning a course again after a version that teaches something else."""

from typing import Any

from django.db import transaction

from courses.models import Enrollment, Lesson
from courses.queries.renewals import renewal_of
from courses.services import learning, resetting


def begin(*, enrollment: Enrollment, actor_id: Any) -> Enrollment:
    """Opens again what a breaking version changed, each by an audited reset; the completion stays.
    Beginning twice changes nothing."""
    with transaction.atomic():
        row = learning.locked(enrollment.pk)
        renewal = renewal_of(row)
        if renewal is None:
            return row
        for lesson in Lesson.objects.filter(pk__in=renewal.outdated).order_by("position"):
            row = resetting.reset_lesson(
                enrollment=row,
                lesson=lesson,
                actor_id=actor_id,
                reason=f"Learned again for version {renewal.version}.",
            )
    return row
