"""What a lesson with a tutor is about, where an app above this one knows. Booking keeps nothing of
it: who keeps it says so here, and is told which booking it belongs to.

    topics.keep(Topics(attach=…, topic_of=…))
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID


@dataclass(frozen=True)
class Topic:
    """`url` is where its reader sees what was handed over and what came back."""

    title: str
    url: str


@dataclass(frozen=True)
class Topics:
    """`attach(topic_id, booking_id, tutor_id, student_id)` says whether it was theirs and free;
    `topic_of(viewer, booking_id)` is None where a booking is about nothing in particular."""

    attach: Callable[[UUID, UUID, UUID, UUID], bool]
    topic_of: Callable[[Any, UUID], Topic | None]


_kept: list[Topics] = []


def keep(topics: Topics) -> None:
    _kept[:] = [topics]


def attach(topic_id: UUID | None, *, booking_id: UUID, tutor_id: UUID, student_id: UUID) -> bool:
    if topic_id is None:
        return False
    return any(kept.attach(topic_id, booking_id, tutor_id, student_id) for kept in _kept)


def topic_of(viewer: Any, booking_id: UUID) -> Topic | None:
    return next((found for kept in _kept if (found := kept.topic_of(viewer, booking_id))), None)
