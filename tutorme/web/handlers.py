"""Where apps that may not know each other meet: courses and booking."""

from typing import Any
from uuid import UUID

from django.urls import reverse

from booking import topics
from booking.topics import Topic, Topics
from courses.queries.handovers import handover_for
from courses.services import handing_over


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
