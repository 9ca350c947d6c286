"""The demo: loads whole, twice without effect, and is believable."""

from datetime import timedelta
from io import StringIO

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.db import transaction
from django.utils import timezone

from accounts.models import User
from booking.models import Booking
from courses import item_statistics
from courses.models import Attempt, Course, Enrollment, Lesson
from courses.services import counting, recomputing
from tutorme.web.demo import hours, seeding
from tutorme.web.demo.seeding import seed

pytestmark = [pytest.mark.django_db, pytest.mark.slow, pytest.mark.usefixtures("media", "subjects")]


@pytest.fixture
def subjects(db: None) -> None:
    """They come with a migration; a test that empties every table may have run before."""
    call_command("load_subjects", stdout=StringIO())


def test_the_demo_is_whole_and_loading_it_again_adds_nothing() -> None:
    first = seed()
    assert (first.courses, Course.objects.published().count()) == (4, 4)
    assert first.people == User.objects.count() >= 15
    assert first.histories == Enrollment.objects.count() >= 20
    assert Enrollment.objects.filter(state="completed").count() == 4
    again = seed()
    assert (again.people, again.courses, again.histories, again.opinions) == (0, 0, 0, 0)


def test_the_demo_plays_and_is_rated(client) -> None:
    assert seed().opinions == 10
    assert counting.recount(dry_run=True) == []
    page = client.get("/learn/linear-equations-balance-to-graph/balance-in-motion/")
    shown = page.content.decode()
    assert "<video" in shown
    assert "one box weighs four" in shown
    rated = client.get("/courses/linear-equations-balance-to-graph/").content.decode()
    assert "4.67 of 5" in rated
    assert "replies:" in rated


def test_one_question_of_the_demo_is_flagged(client) -> None:
    seed()
    quiz = Lesson.objects.get(title="Where do you stand?")
    flags = {row.question.key: row.flags for row in item_statistics.of_quiz(quiz)}
    assert flags == {"first-step": [], "shared-out": [], "how-many": ["too-hard"]}
    client.force_login(User.objects.get(username="tess"))
    page = client.get(f"/teach/courses/{quiz.course.slug}/lessons/{quiz.pk}/statistics/")
    assert "very hard" in page.content.decode()


def test_its_histories_hold_what_the_rules_say() -> None:
    seed()
    assert recomputing.recompute(dry_run=True) == []
    assert Enrollment.objects.get(user__username="sam").percent == 50
    assert not Enrollment.objects.filter(
        user__username="sam", course__slug="linear-equations-balance-to-graph"
    ).exists()
    assert Attempt.objects.filter(passed=False).exists()
    assert not Attempt.objects.filter(state="open").exists()


def test_its_lessons_find_their_times_whenever_it_is_loaded(monkeypatch) -> None:
    """Everything but the lessons is loaded once; these alone each time, and undone."""
    monkeypatch.setattr(seeding, "seed_hours", lambda *_: None)
    seed()
    people = {row["key"]: User.objects.get(email=row["email"]) for row in seeding.people()}
    # On a Sunday afternoon the first free times of two tutors meet in one student. From there on,
    # every hour of the day and every day of the week.
    began = timezone.now().replace(hour=16, minute=4)
    began += timedelta(days=6 - began.weekday())
    for passed in range(0, 7 * 24, 5):
        # No block of ours around it: what talks to the network refuses to run inside of one.
        unbooked = transaction.savepoint()
        with time_machine.travel(began + timedelta(hours=passed)):
            hours.seed_hours(seeding.read("hours.yaml"), people)
        assert Booking.objects.active().count() == 9, f"{passed} hours from {began}"
        transaction.savepoint_rollback(unbooked)


def test_known_passwords_stay_out_of_production(settings) -> None:
    settings.SANDBOX_URL = ""
    with pytest.raises(CommandError, match="--anyway"):
        call_command("seed_demo")


def test_the_banner_names_who_is_here() -> None:
    seed()
    out = StringIO()
    call_command("demo_logins", stdout=out)
    assert len(out.getvalue().splitlines()) == 3
    assert "sam@tutorme.test" in out.getvalue()
