"""Tutors who are free at a time, among thousands, in this process:

    createdb tutorme_free; export DATABASE_URL=…/tutorme_free REDIS_URL=…
    python manage.py migrate; python -m bench.free_times [tutors]; dropdb tutorme_free

Fills that empty database with generated tutors, makes the free times of each hundredth as the
command does, gives the others the diary of one of those, then asks: the search itself, its filters
and orders, a slot list, the directory of the API. `STATEMENT=1` also shows how PostgreSQL goes
about the search."""

import os
import random
import sys
import time
from datetime import UTC, datetime, timedelta
from datetime import time as clock

import django

django.setup()

from django.conf import settings  # noqa: E402  after the apps are there
from django.db import connection  # noqa: E402
from django.db.models import Model, UUIDField  # noqa: E402
from django.test.utils import CaptureQueriesContext  # noqa: E402
from django.utils import timezone  # noqa: E402
from rest_framework.test import APIClient  # noqa: E402

from accounts.directory import FreeAt  # noqa: E402
from accounts.models import Subject, TutorProfile, TutorSubject, User  # noqa: E402
from accounts.queries import tutors  # noqa: E402
from accounts.queries.tutors import Wanted  # noqa: E402
from bench.boards import HEAD, measured  # noqa: E402
from bench.run import say  # noqa: E402
from booking import queries  # noqa: E402
from booking.models import (  # noqa: E402
    BusyTime,
    FreeIndex,
    FreeStart,
    LessonType,
    Schedule,
    WeeklyHours,
)
from booking.services import free_times  # noqa: E402
from booking.walltime import Span  # noqa: E402

ZONES = ("Europe/Paris", "Asia/Kolkata", "America/New_York", "Africa/Lagos", "Asia/Tokyo")
ASKED = 300


def fill(count: int) -> None:
    """Five days of two windows each; a third of their hours taken."""
    dice = random.Random(7)  # noqa: S311  not a secret
    people = [
        User(
            email=f"t{n}@example.test",
            username=f"tutor{n}",
            username_skeleton=f"tutor{n}",
            display_name=f"Tutor {n}",
            time_zone=dice.choice(ZONES),
        )
        for n in range(count)
    ]
    User.objects.bulk_create(people, batch_size=2000)
    now = timezone.now()
    TutorProfile.objects.bulk_create(
        [
            TutorProfile(
                user=who,
                state="approved",
                approved_at=now - timedelta(minutes=number),
                hourly_minor=dice.randrange(1500, 9000, 100),
                hourly_currency="EUR",
            )
            for number, who in enumerate(people)
        ],
        batch_size=2000,
    )
    teach(people, dice)
    open_diaries(people[: hundredth_of(count)], dice)


def hundredth_of(count: int) -> int:
    return max(1, count // 100)


def give_others_a_diary() -> None:
    """Everybody without a schedule gets the rows of somebody who has one, as they are."""
    with connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = 0")
        cursor.execute(
            "CREATE TEMP TABLE twins AS SELECT one.tutor_id AS known, other.user_id AS made FROM"
            " (SELECT user_id, row_number() OVER (ORDER BY user_id) AS n FROM accounts_tutorprofile"
            "  WHERE user_id NOT IN (SELECT tutor_id FROM booking_schedule)) AS other"
            " JOIN (SELECT tutor_id, row_number() OVER (ORDER BY tutor_id) - 1 AS n,"
            "  count(*) OVER () AS many FROM booking_schedule) AS one ON one.n = other.n % one.many"
        )
        for model, owner in (
            (Schedule, "tutor_id"),
            (WeeklyHours, "schedule_id"),
            (LessonType, "tutor_id"),
            (BusyTime, "tutor_id"),
            (FreeIndex, "tutor_id"),
            (FreeStart, "tutor_id"),
        ):
            cursor.execute(copied(model, owner))
        cursor.execute("VACUUM ANALYZE")


def copied(model: type[Model], owner: str) -> str:
    table, names, values = model._meta.db_table, [], []
    for field in model._meta.concrete_fields:
        if field.column == owner:
            names.append(owner)
            values.append("made")
        elif not field.primary_key:
            names.append(field.column)
            values.append(f'"{table}"."{field.column}"')
        elif isinstance(field, UUIDField):
            names.append(field.column)
            values.append("gen_random_uuid()")
    columns = ", ".join(f'"{name}"' for name in names)
    return (
        f'INSERT INTO "{table}" ({columns}) SELECT {", ".join(values)}'  # noqa: S608  names of ours
        f' FROM twins JOIN "{table}" ON "{table}"."{owner}" = known'
    )


def teach(people: list[User], dice: random.Random) -> None:
    subjects = list(Subject.objects.all()[:20])
    TutorSubject.objects.bulk_create(
        [
            TutorSubject(profile_id=who.pk, subject=subject, levels=["beginner"], position=n)
            for who in people
            for n, subject in enumerate(dice.sample(subjects, 2))
        ],
        batch_size=5000,
    )


def open_diaries(people: list[User], dice: random.Random) -> None:
    rows = [Schedule(tutor=who, time_zone=who.time_zone, notice_minutes=720) for who in people]
    Schedule.objects.bulk_create(rows, batch_size=2000)
    windows = ((clock(9), clock(12)), (clock(14), clock(20)))
    WeeklyHours.objects.bulk_create(
        [
            WeeklyHours(schedule=row, day_of_week=day, starts=start, ends=end)
            for row in rows
            for day in dice.sample(range(7), 5)
            for start, end in windows
        ],
        batch_size=5000,
    )
    LessonType.objects.bulk_create(
        [
            LessonType(tutor=who, title="Lesson", minutes=length, price_minor=3000, currency="EUR")
            for who in people
            for length in (60, 30)[: dice.randint(1, 2)]
        ],
        batch_size=5000,
    )
    midnight = datetime.combine(timezone.now().date(), clock(0), UTC)
    BusyTime.objects.bulk_create(
        [
            BusyTime(
                tutor=who,
                source="bench",
                reference=str(day),
                starts_at=midnight + timedelta(days=day, hours=start),
                ends_at=midnight + timedelta(days=day, hours=start + 3),
            )
            for who in people
            for day in range(free_times.REACH.days)
            for start in [dice.randint(6, 17)]
        ],
        batch_size=5000,
    )


def explain(wish: FreeAt) -> None:
    with CaptureQueriesContext(connection) as asked:
        tutors.search(Wanted(free=wish))
    with connection.cursor() as cursor:
        for row in asked.captured_queries:
            say(f"-- {float(row['time']) * 1000:.0f} ms: {row['sql'][:160]}")
            if "starts_at" in row["sql"] and "SELECT DISTINCT" not in row["sql"]:
                cursor.execute(f"EXPLAIN (ANALYZE, BUFFERS) {row['sql']}")
                for (line,) in cursor.fetchall():
                    say(line)


def main(count: int) -> None:
    # One caller asks more often here than anybody may.
    settings.API_LIMITS = dict.fromkeys(settings.API_LIMITS, (1_000_000, 60))
    fill(count)
    begun = time.perf_counter()
    free_times.rebuild_all(Schedule.objects.values_list("tutor_id", flat=True))
    each = 1000 * (time.perf_counter() - begun) / hundredth_of(count)
    give_others_a_diary()
    say(f"{FreeStart.objects.count()} times of {count} tutors, made in {each:.1f} ms each")
    ask(count)


def ask(count: int) -> None:
    dice = random.Random(7)  # noqa: S311  not a secret
    midnight = datetime.combine(timezone.now().date(), clock(0), UTC)

    def free(hours: int = 1) -> FreeAt:
        start = midnight + timedelta(days=dice.randint(2, 20), hours=dice.randint(8, 18))
        return FreeAt(start, start + timedelta(hours=hours))

    subject = Subject.objects.values_list("pk", flat=True)[0]
    diaries = list(Schedule.objects.all()[:50])
    client, now = APIClient(SERVER_NAME="127.0.0.1"), timezone.now()
    between = Span(now, now + timedelta(days=31))

    def page() -> None:
        wish = free(3)
        asked = {
            "subject": subject,
            "free_from": wish.starts_at.isoformat(),
            "free_to": wish.ends_at.isoformat(),
        }
        assert client.get("/api/v1/tutors/", asked).status_code == 200

    rows = {
        "the directory, all of them": lambda: tutors.search(Wanted()),
        "the directory, of one subject and level": lambda: tutors.search(
            Wanted(subject=subject, level="beginner")
        ),
        "free within an hour, the soonest 20": lambda: tutors.search(Wanted(free=free())),
        "within three hours, the cheapest 20": lambda: tutors.search(
            Wanted(free=free(3), order="price")
        ),
        "and of one subject": lambda: tutors.search(Wanted(free=free(3), subject=subject)),
        "the same by the API": page,
        "one tutor made anew": lambda: free_times.rebuild(dice.choice(diaries).tutor_id),
        "a tutor's slots, 31 days": lambda: queries.slots(
            dice.choice(diaries), between, minutes=60, zone="UTC", now=now
        ),
    }
    if os.environ.get("STATEMENT"):
        explain(free())
    say(f"\n{HEAD}")
    for name, question in rows.items():
        say(measured(name, question, ASKED if count > 100 else 5))
    say(f"\nload {os.getloadavg()[0]:.1f}, {os.cpu_count()} CPUs, {count} tutors")


if __name__ == "__main__":
    main(int(sys.argv[1]) if sys.argv[1:] else 5000)
