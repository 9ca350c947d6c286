"""Matching among twenty thousand tutors, in this process:

    createdb tutorme_matching; export DATABASE_URL=…/tutorme_matching REDIS_URL=…
    python manage.py migrate; python -m bench.matching [tutors]; dropdb tutorme_matching

Fills that empty database with generated tutors who have forty starts each, and asks the statement
and the whole search with its diaries."""

import os
import sys
from datetime import time

import django
import psycopg

django.setup()

from django.utils import timezone  # noqa: E402  after the apps are there

from accounts.models import Subject, User  # noqa: E402
from ai.queries import matching as ranking  # noqa: E402
from ai.services import matching  # noqa: E402
from ai.wishes import Window, Wishes  # noqa: E402
from bench.boards import HEAD, measured  # noqa: E402
from bench.run import say  # noqa: E402

WHOLE = {
    "a usual wish": "a usual wish, with diaries and reasons",
    "a wish all fit": "a wish all fit, with diaries and reasons",
}
STATEMENTS = (
    """
INSERT INTO accounts_user (id, email, username, username_skeleton, display_name, password, bio,
    time_zone, locale, points, streak_days, is_active, is_staff, is_superuser, token_version,
    theme, hour_format, week_start)
SELECT md5('t' || n)::uuid, 't' || n || '@example.test', 'tutor' || n, 'tutor' || n,
    'Tutor ' || n, '!', '', (ARRAY['Europe/Paris', 'Africa/Lagos', 'Asia/Tokyo'])[1 + n %% 3],
    'en', 0, 0, true, false, false, 1, 'device', '24', 'monday'
FROM generate_series(1, %(tutors)s) AS n
""",
    """
INSERT INTO accounts_tutorprofile (user_id, state, is_listed, headline, about, approach,
    hourly_minor, hourly_currency, session_formats, preferred_video_platform,
    years_of_experience, education, degree, certifications, intro_video_url, badge,
    approved_at, version)
SELECT md5('t' || n)::uuid, 'approved', true, 'Explains', '', '', 1500 + (n * 37) %% 5000, 'EUR',
    ARRAY['one_to_one'], 'room', n %% 20, '', '', '[]', '', '', now(), 1
FROM generate_series(1, %(tutors)s) AS n
""",
    """
INSERT INTO accounts_tutorsubject (profile_id, subject_id, levels, position)
SELECT md5('t' || n)::uuid, (%(subjects)s::text[])[1 + (n + k * 7) %% %(many)s],
    (ARRAY[ARRAY['beginner', 'intermediate'], ARRAY['intermediate', 'advanced'],
           ARRAY['advanced', 'expert']])[1 + n %% 3 : 1 + n %% 3][1:1], k
FROM generate_series(1, %(tutors)s) AS n, generate_series(0, 2) AS k
""",
    """
INSERT INTO accounts_tutorlanguage (profile_id, code, level, position)
SELECT md5('t' || n)::uuid, (ARRAY['en', 'es', 'fr'])[1 + n %% 3], 'native', 0
FROM generate_series(1, %(tutors)s) AS n
""",
    """
INSERT INTO booking_schedule (tutor_id, time_zone, slot_minutes, buffer_before, buffer_after,
    notice_minutes, horizon_days, cancellation, needs_approval, is_open, version, updated_at)
SELECT md5('t' || n)::uuid, 'Europe/Paris', 60, 0, 0, 0, 60, 'moderate', false, true, 1, now()
FROM generate_series(1, %(tutors)s) AS n
""",
    """
INSERT INTO booking_weeklyhours (schedule_id, day_of_week, starts, ends)
SELECT md5('t' || n)::uuid, d, '09:00', '13:00'
FROM generate_series(1, %(tutors)s) AS n, generate_series(0, 6) AS d
""",
    """
INSERT INTO booking_freestart (tutor_id, starts_at, ends_at, closes_at)
SELECT md5('t' || n)::uuid, at, at + interval '1 hour', at
FROM generate_series(1, %(tutors)s) AS n,
     generate_series(date_trunc('day', now()) + interval '1 day',
                     date_trunc('day', now()) + interval '13 days', interval '1 day') AS day,
     LATERAL (SELECT day + make_interval(hours => h) AS at FROM generate_series(8, 11) AS h) AS x
WHERE (n + extract(day FROM day)::int) %% 4 <> 0
""",
    """
INSERT INTO booking_tutorstanding (tutor_id, reviews, stars, lessons, minutes, marks)
SELECT md5('t' || n)::uuid, n %% 40, (n %% 40) * (3 + n %% 3), n %% 60, 0, n %% 5
FROM generate_series(1, %(tutors)s) AS n
""",
    "ANALYZE",
)


def fill(url: str, tutors: int) -> list[str]:
    subjects = list(Subject.objects.order_by("slug").values_list("slug", flat=True))
    facts = {"tutors": tutors, "subjects": subjects, "many": len(subjects)}
    with psycopg.connect(url, autocommit=True) as connection:
        for statement in STATEMENTS:
            connection.execute(statement, facts if "%" in statement else None)
    return subjects


def main() -> None:
    tutors = int(sys.argv[1]) if len(sys.argv) > 1 else 20_000
    subjects = fill(os.environ["DATABASE_URL"], tutors)
    student = User.objects.create(
        email="s@example.test", username="sam", username_skeleton="sam", display_name="Sam"
    )
    evenings = tuple(Window(day, time(9), time(12)) for day in range(1, 6))
    usual = Wishes(
        subjects=(subjects[0],), level="beginner", languages=("en",), budget_minor=3000,
        currency="EUR", windows=evenings, goals=("exam",), zone="Europe/Paris",
    )  # fmt: skip
    everybody = Wishes(families=tuple(Subject.Family.values), zone="Europe/Paris")
    rows, now = [], timezone.now()
    for name, wishes, times in (("a usual wish", usual, 100), ("a wish all fit", everybody, 40)):
        found = ranking.candidates(wishes, student_id=student.pk, now=now)
        say(f"{name}: {len(found)} at the top\n")
        ask = lambda w=wishes: ranking.candidates(w, student_id=student.pk, now=now)  # noqa: E731
        rows.append(measured(f"{name}, the statement", ask, times))
        whole = lambda w=wishes: matching.find(student=student, wishes=w)  # noqa: E731
        rows.append(measured(WHOLE[name], whole, times))
    for row in (HEAD, *rows):
        say(row)


if __name__ == "__main__":
    main()
