"""The leaderboard among a million, and the analytics of a course of five thousand, in this process:

    createdb tutorme_boards; export DATABASE_URL=…/tutorme_boards REDIS_URL=…
    python manage.py migrate; python -m bench.boards [people]; dropdb tutorme_boards

Fills that empty database with generated rows and asks the API through a test client."""

import itertools
import os
import random
import sys
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import django
import psycopg

django.setup()

from django.utils import timezone  # noqa: E402  after the apps are there
from rest_framework.test import APIClient  # noqa: E402

from accounts import tokens  # noqa: E402
from accounts.models import TutorProfile, User  # noqa: E402
from bench import goals  # noqa: E402
from bench.run import say  # noqa: E402
from courses.models import Attempt, Course, Enrollment, Lesson, LessonProgress, Section  # noqa: E402
from courses.services import boards  # noqa: E402

PLACES, LESSONS, ASKED = 5000, 20, 300

PEOPLE = """
INSERT INTO accounts_user (id, email, username, username_skeleton, display_name, password, bio,
    time_zone, locale, points, streak_days, is_active, is_staff, is_superuser, token_version,
    theme, hour_format, week_start)
SELECT md5('u' || n)::uuid, 'p' || n || '@example.test', 'person' || n, 'person' || n,
    'Person ' || n, '!', '', 'UTC', 'en', 0, 0, true, false, false, 1, 'device', '24', 'monday'
FROM generate_series(1, %(people)s) AS n
"""
# Most have few points and some have many; one in twenty stays hidden.
SCORES = """
INSERT INTO courses_boardscore (board, user_id, points, reached_at, is_shown)
SELECT board, md5('u' || n)::uuid, (5 * floor(2000 * power(random(), 3)))::int,
    now() - random() * interval '300 days', n %% 20 <> 0
FROM generate_series(1, %(people)s) AS n, unnest(%(boards)s::text[]) AS board
"""
TALLIES = """
INSERT INTO courses_boardtally (board, points, people)
SELECT board, points, count(*) FROM courses_boardscore WHERE is_shown GROUP BY 1, 2
"""


HEAD = "| what | times | p50 ms | p95 ms | goal |\n|---|---|---|---|---|"


def measured(name: str, ask: Callable[[], Any], times: int) -> str:
    ask()
    took = []
    for _ in range(times):
        begun = time.perf_counter()
        ask()
        took.append(1000 * (time.perf_counter() - begun))
    told = f"{goals.at(took, 0.5):.1f} | {goals.at(took, 0.95):.1f} | {goals.cell(name, took)}"
    return f"| {name} | {times} | {told} |"


def fill(url: str, people: int) -> None:
    facts = {
        "people": people,
        "boards": [boards.ALL, boards.week_board(timezone.now())],
    }
    with psycopg.connect(url, autocommit=True) as connection:
        for statement in (SCORES, TALLIES):
            connection.execute(statement, facts)
        # As autovacuum leaves it: the first to read a row that was just written writes as well.
        connection.execute("VACUUM ANALYZE")


def learned(course: Course) -> None:
    """Some way through the lessons each, and every fifth failing the quiz twice."""
    dice = random.Random(7)  # noqa: S311  not a secret
    lessons, now = list(course.lessons.order_by("position")), timezone.now()
    learners = User.objects.filter(username__startswith="person").values_list("pk", flat=True)
    made = Enrollment.objects.bulk_create(
        Enrollment(
            user_id=user_id,
            course=course,
            percent=number % 100,
            last_lesson=lessons[0],
            last_activity_at=now - timedelta(days=dice.randint(0, 60)),
        )
        for number, user_id in enumerate(learners[:PLACES])
    )
    places = [row.pk for row in made]
    LessonProgress.objects.bulk_create(
        (
            LessonProgress(enrollment_id=place, lesson=lesson, completed_at=now)
            for place in places
            for lesson in lessons[: dice.randint(0, LESSONS)]
        ),
        batch_size=5000,
    )
    Attempt.objects.bulk_create(
        Attempt(
            enrollment_id=place,
            lesson=lessons[0],
            number=number,
            state="graded",
            pass_percent=70,
            score=3,
            max_score=10,
            passed=False,
        )
        for place in places[::5]
        for number in (1, 2)
    )


def a_course() -> Course:
    teacher = User.objects.get(username="person1")
    TutorProfile.objects.create(user=teacher, state="approved", approved_at=timezone.now())
    course = Course.objects.create(
        slug="bench",
        instructor=teacher,
        title="Bench",
        summary="Bench",
        category="Bench",
        difficulty="beginner",
        state="published",
    )
    section = Section.objects.create(course=course, title="Part", position=0)
    Lesson.objects.bulk_create(
        Lesson(
            course=course,
            section=section,
            key=f"lesson-{n}",
            title=f"Lesson {n}",
            kind="quiz" if n == 0 else "text",
            body="Text",
            position=n,
        )
        for n in range(LESSONS)
    )
    return course


def main(people: int) -> None:
    url = os.environ["DATABASE_URL"]
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(PEOPLE, {"people": people})
    course = a_course()
    learned(course)
    fill(url, people)
    dice = random.Random(7)  # noqa: S311  not a secret
    asked = [User.objects.get(username=f"person{dice.randint(2, people)}") for _ in range(20)]
    clients = [client_of(user) for user in asked]
    teacher = client_of(course.instructor)
    rows = [
        measured("leaderboard, all time", board(clients, "all_time"), ASKED),
        measured("leaderboard, this week", board(clients, "week"), ASKED),
        measured("analytics of a course", lambda: get(teacher, course), 20),
    ]
    for row in [HEAD, *rows]:
        say(row)
    say(f"\nload {os.getloadavg()[0]:.1f}, {os.cpu_count()} CPUs, {people} people")


def client_of(user: User) -> APIClient:
    client = APIClient(SERVER_NAME="127.0.0.1")
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {tokens.open_session(user).access}")
    return client


def board(clients: list[APIClient], kind: str) -> Callable[[], Any]:
    turns = itertools.cycle(clients)

    def ask() -> None:
        answer = next(turns).get(f"/api/v1/leaderboard/?board={kind}")
        assert answer.status_code == 200, answer.content

    return ask


def get(client: APIClient, course: Course) -> None:
    answer = client.get(f"/api/v1/courses/{course.pk}/analytics/")
    assert answer.status_code == 200, answer.content


if __name__ == "__main__":
    main(int(sys.argv[1]) if sys.argv[1:] else 1_000_000)
