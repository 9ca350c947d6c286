"""Courses in figures: who came, who came to the end."""

from collections.abc import Iterator

from django.db.models import Count, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from courses.models import Enrollment
from tutorme.core.reports import (
    Asked,
    Line,
    Report,
    Unit,
    counted,
    part,
    percent,
    rows_by_step,
)


@part("courses", Report.TEACHING, _("Courses"), order=30)
def own_courses(asked: Asked) -> Iterator[Line]:
    return _told(Enrollment.objects.filter(course__instructor_id=asked.teacher), asked)


@part("courses", Report.BUSINESS, _("Courses"), order=40)
def all_courses(asked: Asked) -> Iterator[Line]:
    return _told(Enrollment.objects.all(), asked)


def _told(places: QuerySet[Enrollment], asked: Asked) -> Iterator[Line]:
    """Completion is told of those who came in the period, whenever they came to the end."""
    period = asked.period
    began = rows_by_step(
        places,
        "created_at",
        period,
        count=Count("pk"),
        done=Count("pk", filter=Q(completed_at__isnull=False)),
        left=Count("pk", filter=Q(state="cancelled")),
    )
    yield counted("courses.enrolled", _("Enrolments"), began)
    yield counted("courses.left", _("Of them given up"), began, "left", less_is_better=True)
    done = rows_by_step(places, "completed_at", period, count=Count("pk"))
    yield counted("courses.completed", _("Completions"), done)
    came = sum(row["count"] for row in began)
    share = percent(sum(row["done"] for row in began), came)
    yield Line("courses.completion", _("Of the new ones completed by now"), Unit.PERCENT, share)
