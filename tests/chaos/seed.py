"""A small school for the load: one tutor, six learners, a course to learn, others to buy.

`python -m tests.chaos.seed` prints what a client needs to use it, as JSON.
"""

import json
import sys
import tempfile
from pathlib import Path
from typing import Any

import django

if __name__ == "__main__":
    django.setup()

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.utils import timezone

from accounts import tokens
from accounts.models import User
from booking.services import offers
from courses.models import Course, Lesson
from courses.services import authoring, enrolling
from realtime.services import conversations
from tests import cast
from tests.booking.conftest import open_diary
from tests.courses.conftest import write_course
from tutorme.core.money import Money

LEARNERS, TO_BUY = 6, 30


def cookie_of(user: User) -> str:
    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.save()
    return f"{settings.SESSION_COOKIE_NAME}={session.session_key}"


def published(folder: Path, tutor: User, slug: str, amount: str) -> Course:
    course = authoring.load_course(write_course(folder, slug=slug, amount=amount), instructor=tutor)
    return authoring.publish(course=course, actor_id=tutor.pk)


def learner(number: int, tutor: User, course: Course) -> dict[str, Any]:
    user = cast.person(f"Learner{number}", email_verified_at=timezone.now())
    enrolling.enroll_free(user=user, course=course)
    talk = conversations.begin(user=user, other_id=tutor.pk)
    return {
        "id": str(user.pk),
        "email": user.email,
        "token": tokens.open_session(user).access,
        "cookie": cookie_of(user),
        "conversation": str(talk.pk),
    }


def main() -> dict[str, Any]:
    tutor = cast.tutor("Tess", email_verified_at=timezone.now())
    open_diary(tutor, slot_minutes=30)
    chat = offers.offer(tutor_id=tutor.pk, title="Chat", minutes=30, price=Money(0, "EUR"))
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        course = published(folder, tutor, "to-learn", "0")
        shop = [published(folder, tutor, f"to-buy-{n}", "19.00") for n in range(TO_BUY)]
    lesson = Lesson.objects.get(course=course, key="more")
    return {
        "learners": [learner(number, tutor, course) for number in range(LEARNERS)],
        "lesson": str(lesson.pk),
        "slug": course.slug,
        "chat": str(chat.pk),
        "shop": [str(row.pk) for row in shop],
    }


if __name__ == "__main__":
    sys.stdout.write(json.dumps(main()))
