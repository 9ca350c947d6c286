"""A course is heard by those who have a place in it, whoever teaches it, and the staff."""

from typing import Any
from uuid import UUID

from courses.models import Course, Enrollment
from tutorme.core import channels

COURSE = "private-course-"


@channels.authorizes(COURSE)
def members(user: Any, course_id: UUID) -> channels.Access:
    course = Course.objects.filter(pk=course_id).values_list("instructor_id", flat=True).first()
    if course is None:
        return channels.NOTHING
    if user.is_admin or course == user.pk:
        return channels.LISTENS
    places = Enrollment.objects.open().filter(course_id=course_id, user_id=user.pk)
    return channels.LISTENS if places.exists() else channels.NOTHING
