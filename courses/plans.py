"""Premium courses and the plans that open them: a place that came with a plan is open while the
plan is; one that was bought stays."""

from typing import Any

from courses.models import Course, Enrollment
from payments.models import Feature
from payments.queries import entitled


def opens(course: Course, user: Any) -> bool:
    """Whether this person's plan has the course in it."""
    return course.is_premium and entitled(user.pk, Feature.PREMIUM_COURSES)


def is_by_plan(course: Course, enrollment: Enrollment) -> bool:
    return course.is_premium and not course.is_free and enrollment.order_id is None


def has_lapsed(course: Course, enrollment: Enrollment) -> bool:
    return is_by_plan(course, enrollment) and not entitled(
        enrollment.user_id, Feature.PREMIUM_COURSES
    )
