"""Fills an empty database with a school of a few hundred courses, and writes what a client needs
to use it (`people.json`): a session cookie and a token for each learner, where they learn, and
which times with a tutor they would like."""

import json
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

import django

django.setup()

from django.conf import settings  # noqa: E402  after the apps are there
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY  # noqa: E402
from django.contrib.sessions.backends.db import SessionStore  # noqa: E402
from django.utils import timezone  # noqa: E402

from accounts import tokens  # noqa: E402
from accounts.models import User  # noqa: E402
from accounts.names import skeleton  # noqa: E402
from bench import diaries, lives  # noqa: E402
from booking.models import LessonType  # noqa: E402
from courses.models import (  # noqa: E402
    BankItem,
    Course,
    Enrollment,
    Lesson,
    LessonProgress,
    Question,
    Quiz,
    QuizSlot,
    Section,
    SlotQuestion,
)
from payments.models import Order  # noqa: E402

COURSES, LEARNERS, TEACHERS = 300, 300, 20
TEXTS, QUESTIONS, PLACES, READ, ORDERS = 11, 20, 20, 5, 25
# Of the places, so many are those of courses done, which nobody opens here.
DONE = 3
SUBJECTS = ("Mathematics", "Languages", "Music", "History", "Physics", "Programming")
WORDS = (
    "linear equations fractions geometry vectors spanish verbs listening pronunciation harmony "
    "rhythm counterpoint empires trade revolutions motion energy waves optics python functions "
    "testing databases proofs induction sets limits series chords scales letters dialogue"
).split()


def words(number: int, count: int) -> str:
    return " ".join(WORDS[(number * 7 + place * 11) % len(WORDS)] for place in range(count))


def people(kind: str, count: int) -> list[User]:
    now = timezone.now()
    rows = [
        User(
            email=f"{kind}{number}@example.test",
            email_verified_at=now,
            username=f"{kind}{number}",
            username_skeleton=skeleton(f"{kind}{number}"),
            display_name=f"{kind.title()} {number}",
            password="!",  # noqa: S106  nobody can sign in by it
        )
        for number in range(count)
    ]
    made: list[User] = User.objects.bulk_create(rows)
    return made


def courses(teachers: list[User]) -> list[Course]:
    now = timezone.now()
    return Course.objects.bulk_create(
        Course(
            slug=f"course-{number}",
            instructor=teachers[number % len(teachers)],
            title=f"{words(number, 3).capitalize()} {number}",
            subtitle=words(number + 1, 6),
            summary=words(number + 2, 20),
            description=words(number + 3, 200),
            outcomes=[words(number + 4, 5), words(number + 5, 5)],
            category=SUBJECTS[number % len(SUBJECTS)],
            difficulty=("beginner", "intermediate", "advanced")[number % 3],
            price_minor=(0, 1900, 2900)[number % 3],
            state="published",
            version=1,
            lesson_count=TEXTS + 1,
            total_minutes=10 * (TEXTS + 1),
            published_at=now,
        )
        for number in range(COURSES)
    )


def lessons(shelf: list[Course]) -> list[Lesson]:
    sections = Section.objects.bulk_create(
        Section(course=course, title=f"Part {place + 1}", position=place)
        for course in shelf
        for place in range(3)
    )
    body = "\n\n".join(f"## Part {part}\n\n{words(part, 80)}." for part in range(4))
    return Lesson.objects.bulk_create(
        Lesson(
            course=course,
            section=sections[3 * number + place // 4],
            key=f"lesson-{place}",
            title=words(place, 3).capitalize(),
            kind="text" if place < TEXTS else "quiz",
            body=body if place < TEXTS else "",
            position=place,
        )
        for number, course in enumerate(shelf)
        for place in range(TEXTS + 1)
    )


def quizzes(rows: list[Lesson]) -> None:
    found = [row for row in rows if row.kind == "quiz"]
    Quiz.objects.bulk_create(Quiz(lesson=row) for row in found)
    slots = QuizSlot.objects.bulk_create(
        (QuizSlot(quiz_id=row.pk, position=place) for row in found for place in range(QUESTIONS)),
        batch_size=2000,
    )
    items = BankItem.objects.bulk_create(
        (
            BankItem(course_id=row.course_id, home=row.key, key=f"question-{place}")
            for row in found
            for place in range(QUESTIONS)
        ),
        batch_size=2000,
    )
    options = [{"key": key, "text": f"Answer {key}"} for key in "abcd"]
    questions = Question.objects.bulk_create(
        (
            Question(
                item=item,
                key=item.key,
                kind="single",
                prompt=words(place, 12),
                options=options,
                solution={"correct": ["a"]},
            )
            for place, item in enumerate(items)
        ),
        batch_size=2000,
    )
    SlotQuestion.objects.bulk_create(
        (
            SlotQuestion(slot=slot, question=question)
            for slot, question in zip(slots, questions, strict=True)
        ),
        batch_size=5000,
    )


def places(learners: list[User], rows: list[Lesson]) -> None:
    """Each learner in twenty courses, some lessons of each read, the oldest three completed."""
    by_course = [rows[n : n + TEXTS + 1] for n in range(0, len(rows), TEXTS + 1)]
    chosen = [
        (learner, place, by_course[(number * PLACES + place) % len(by_course)])
        for number, learner in enumerate(learners)
        for place in range(PLACES)
    ]
    now = timezone.now()
    begun = {"percent": 100 * READ // (TEXTS + 1)}
    completed = {"percent": 100, "state": "completed", "completed_at": now, "completed_version": 1}
    made = Enrollment.objects.bulk_create(
        Enrollment(
            user=learner,
            course_id=part[0].course_id,
            last_lesson=part[READ - 1],
            last_activity_at=now - timedelta(days=place),
            **(completed if place >= PLACES - DONE else begun),
        )
        for learner, place, part in chosen
    )
    LessonProgress.objects.bulk_create(
        (
            LessonProgress(enrollment=row, lesson=lesson, completed_at=now, position=1000)
            for row, (_learner, _place, part) in zip(made, chosen, strict=True)
            for lesson in (part[:READ] if row.completed_at is None else part)
        ),
        batch_size=5000,
    )


def orders(learners: list[User], shelf: list[Course]) -> None:
    now = timezone.now()
    Order.objects.bulk_create(
        Order(
            buyer=learner,
            payee_id=course.instructor_id,
            kind="course",
            target_id=course.pk,
            description=course.title,
            amount_minor=1900,
            currency="EUR",
            state="captured",
            captured_at=now,
        )
        for number, learner in enumerate(learners)
        for course in (shelf[(number + place) % len(shelf)] for place in range(ORDERS))
    )


def cookie_of(user: User) -> str:
    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.save()
    return f"{settings.SESSION_COOKIE_NAME}={session.session_key}"


def facts(learners: list[User], rows: list[Lesson], paid: list[LessonType]) -> list[dict[str, Any]]:
    by_course: dict[Any, list[Lesson]] = {}
    for row in rows:
        by_course.setdefault(row.course_id, []).append(row)
    slugs = dict(Course.objects.values_list("pk", "slug"))
    held: dict[Any, list[Any]] = {}
    recent = Enrollment.objects.order_by("-last_activity_at")
    for user_id, course_id in recent.values_list("user_id", "course_id"):
        held.setdefault(user_id, []).append(course_id)
    return [
        {
            "cookie": cookie_of(user),
            "token": tokens.open_session(user).access,
            "courses": [
                {
                    "slug": slugs[course_id],
                    "texts": [str(row.pk) for row in by_course[course_id][READ:TEXTS]],
                    "quiz": str(by_course[course_id][TEXTS].pk),
                }
                for course_id in held[user.pk][: PLACES - DONE]
            ],
            "wishes": diaries.wishes(number, len(learners), paid),
        }
        for number, user in enumerate(learners)
    ]


def lessons_with_tutors(learners: list[User], teachers: list[User]) -> list[LessonType]:
    """Some booked; those that cost something, to be wished for."""
    for teacher in teachers:
        diaries.open_diary(teacher)
    diaries.book(learners, [diaries.offer(teacher, euros=0) for teacher in teachers])
    return [diaries.offer(teacher, euros=30) for teacher in teachers]


def main(target: Path) -> None:
    learners, teachers = people("learner", LEARNERS), people("teacher", TEACHERS)
    shelf = courses(teachers)
    rows = lessons(shelf)
    quizzes(rows)
    places(learners, rows)
    orders(learners, shelf)
    lives.live(learners)
    paid = lessons_with_tutors(learners, teachers)
    target.write_text(json.dumps(facts(learners, rows, paid)))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
