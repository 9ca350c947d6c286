"""The one place that is asked what opens a course besides its price."""

from typing import Any

from courses.models import Course, Enrollment
from payments.models import Order
from payments.models.plans import Feature
from payments.queries import entitled

_FEATURE = Feature.PREMIUM_COURSES


def by_plan(user: Any, course: Course) -> bool:
    """A plan this person has opens this course now."""
    return course.is_premium and entitled(user.pk, _FEATURE)


def paid_order(user: Any, course: Course) -> Order | None:
    """What they paid for it and did not get back: whoever left a course may come again."""
    rows = Order.objects.filter(buyer_id=user.pk, kind="course", target_id=course.pk)
    return rows.filter(state=Order.State.CAPTURED).order_by("-captured_at").first()


def has_lapsed(enrollment: Enrollment | None) -> bool:
    """A place by a plan that is no more; asks nobody about any other place."""
    if enrollment is None or not enrollment.by_plan:
        return False
    return not entitled(enrollment.user_id, _FEATURE)
