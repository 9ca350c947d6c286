"""What the studio learns from the apps below."""

from ai.models import Draft
from courses.events import CoursePublished
from tutorme.core import outbox


@outbox.handles(CoursePublished)
def follow_the_course(event: CoursePublished) -> None:
    """Its author published what they had accepted."""
    rows = Draft.objects.filter(course_id=event.course_id, state=Draft.State.IN_REVIEW)
    rows.update(state=Draft.State.PUBLISHED)
