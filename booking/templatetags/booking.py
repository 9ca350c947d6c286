from uuid import UUID

from django import template

from booking.models import LessonType

register = template.Library()


@register.simple_tag
def takes_bookings(tutor_id: UUID) -> bool:
    """Whether there is something to book with this tutor; one query."""
    offered = LessonType.objects.filter(tutor_id=tutor_id, is_offered=True)
    return offered.filter(tutor__schedule__is_open=True).exists()
