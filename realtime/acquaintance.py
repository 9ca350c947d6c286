"""Who may write to whom: those who have a lesson or a course together; and a student may ask a
tutor whose page is open."""

from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Q

from accounts.models import TutorProfile, User
from booking.models import Booking
from courses.models import Enrollment

_PAIR = 2


@dataclass(frozen=True)
class Tie:
    """What two people have to do with each other. `kind` is lesson or course."""

    kind: str
    title: str


def ties(one: UUID, other: UUID) -> Iterator[Tie]:
    """Lazy: whether there is any is asked more often than which."""
    pair = Q(tutor_id=one, student_id=other) | Q(tutor_id=other, student_id=one)
    lessons = Booking.objects.agreed().filter(pair).select_related("lesson_type")
    for lesson in lessons.order_by("-starts_at")[:_PAIR]:
        yield Tie("lesson", lesson.lesson_type.title)
    taught = Q(user_id=one, course__instructor_id=other)
    taught |= Q(user_id=other, course__instructor_id=one)
    courses = Enrollment.objects.open().filter(taught).order_by("-created_at")
    for title in courses.values_list("course__title", flat=True)[:_PAIR]:
        yield Tie("course", title)


def are_tied(one: UUID, other: UUID) -> bool:
    return next(ties(one, other), None) is not None


def may_ask(asker: User, other: UUID) -> bool:
    """Anybody may ask a tutor whose page is open; nobody else is asked by strangers."""
    return asker.pk != other and TutorProfile.objects.public().filter(pk=other).exists()
