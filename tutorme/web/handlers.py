"""Where apps that may not know each other meet: courses and booking."""

from typing import Any
from uuid import UUID

from django.urls import reverse

from booking import topics
from booking.events import BookingCompleted
from booking.models import Booking
from booking.topics import Topic, Topics
from courses.models import Activity
from courses.queries.handovers import handover_for
from courses.services import handing_over, motivation
from tutorme.core import outbox


def attach(topic_id: UUID, booking_id: UUID, tutor_id: UUID, student_id: UUID) -> bool:
    return handing_over.attach(
        handover_id=topic_id, student_id=student_id, tutor_id=tutor_id, booking_id=booking_id
    )


def topic_of(viewer: Any, booking_id: UUID) -> Topic | None:
    row = handover_for(viewer, booking_id)
    if row is None:
        return None
    title = f"{row.lesson.course.title}: {row.lesson.title}"
    return Topic(title, reverse("handover", args=[row.pk]))


topics.keep(Topics(attach, topic_of))


@outbox.handles(BookingCompleted)
def count_the_session(event: BookingCompleted) -> None:
    """A lesson with a tutor counts for the student's day on which it ended."""
    ended_at = Booking.objects.values_list("ends_at", flat=True).get(pk=event.booking_id)
    motivation.did(
        user_id=event.student_id,
        kind=Activity.Kind.SESSION,
        object_id=event.booking_id,
        at=ended_at,
    )
