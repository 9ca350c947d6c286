"""How soon a tutor answers: turns, not messages; half are faster, not the mean."""

from datetime import UTC, date, datetime, timedelta

import pytest

from accounts.models import User
from realtime.models import Conversation, Message, Participant
from realtime.report_parts import answers
from tutorme.core.reports import Asked, Period

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
WEEK = Period(date(2026, 3, 1), date(2026, 3, 7), "UTC")


def talk(tutor: User, student: User, *said: tuple[User, int]) -> None:
    """Who wrote, and how many minutes after noon."""
    pair = ":".join(sorted([str(tutor.pk), str(student.pk)]))
    conversation = Conversation.objects.create(pair=pair)
    for one in (tutor, student):
        Participant.objects.create(conversation=conversation, user=one)
    for seq, (author, minutes) in enumerate(said, 1):
        Message.objects.create(
            conversation=conversation,
            seq=seq,
            author=author,
            body="…",
        )
        at = NOON + timedelta(minutes=minutes)
        Message.objects.filter(conversation=conversation, seq=seq).update(created_at=at)


def told(tutor: User) -> dict[str, float | None]:
    return {line.key: line.total for line in answers(Asked(WEEK, tutor.pk))}


def test_a_turn_is_answered_once_from_its_first_message(
    tess: User, sam: User, otto: User, orla: User
) -> None:
    talk(tess, sam, (sam, 0), (sam, 5), (tess, 10), (tess, 11), (sam, 60), (tess, 90))
    talk(tess, otto, (otto, 0), (tess, 1000), (otto, 1500))
    assert told(tess) == {
        "answers.asked": 4,
        "answers.given": 75.0,
        "answers.time": 30 * 60,
    }
    assert told(orla) == {}
    assert told(sam) == {"answers.asked": 2, "answers.given": 50.0, "answers.time": 50 * 60}


def test_what_was_written_outside_the_period_is_not_counted(tess: User, sam: User) -> None:
    talk(tess, sam, (sam, -3 * 24 * 60), (tess, 10), (sam, 20))
    assert told(tess) == {"answers.asked": 1, "answers.given": 0.0, "answers.time": None}
