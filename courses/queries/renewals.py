"""What somebody who completed a course learns again after a breaking version.

A completion stays for ever; the certificate speaks of `certified_version`. A version its author
marked as breaking asks for more: what it changed is learned again, what it added is learned. Then
the enrolment is certified for the version of that day.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from courses.models import Attempt, Course, CourseVersion, Enrollment, LessonProgress


@dataclass(frozen=True)
class Renewal:
    """`version` is the one to be certified for; `changed` are the lessons to do again, with when
    they became others; `outdated` those of them that are still done as they were before."""

    version: int
    changed: dict[UUID, datetime]
    outdated: frozenset[UUID]


def renewal_of(enrollment: Enrollment | None) -> Renewal | None:
    """None where the certificate speaks of the course as it is taught."""
    if enrollment is None or enrollment.completed_at is None:
        return None
    certified = enrollment.certified_version or 0
    courses = Course.objects.filter(pk=enrollment.course_id, breaking_version__gt=certified)
    version = courses.values_list("version", flat=True).first()
    if version is None:
        return None
    changed = _changed_since(enrollment.course_id, certified)
    return Renewal(version, changed, _outdated(enrollment, changed))


def _changed_since(course_id: UUID, version: int) -> dict[UUID, datetime]:
    """By the last breaking version that changed each."""
    rows = CourseVersion.objects.filter(course=course_id, number__gt=version, is_breaking=True)
    found = rows.order_by("number").values_list("changes__changed", "created_at")
    return {UUID(row["id"]): at for changed, at in found for row in changed}


def _outdated(enrollment: Enrollment, changed: dict[UUID, datetime]) -> frozenset[UUID]:
    rows = LessonProgress.objects.filter(
        enrollment=enrollment,
        lesson__in=changed,
        lesson__is_published=True,
        lesson__is_required=True,
        completed_at__isnull=False,
    )
    done = rows.values_list("lesson_id", "completed_at")
    return frozenset(pk for pk, at in done if at and at < changed[pk])


def attempts_spent(enrollment: Enrollment, lesson_id: UUID, taken: int) -> int:
    """Of a quiz that became another one, only the attempts since then."""
    renewal = renewal_of(enrollment)
    if renewal is None or lesson_id not in renewal.changed:
        return taken
    rows = Attempt.objects.filter(enrollment=enrollment, lesson_id=lesson_id)
    return rows.filter(started_at__gte=renewal.changed[lesson_id]).count()
