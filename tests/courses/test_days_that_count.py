"""Which things count for a day of learning, on which day; and what an opinion is worth."""

from datetime import date, timedelta
from pathlib import Path

import pytest
from django.utils import timezone

from accounts.models import User
from courses.models import Activity, ActivityDay, Enrollment, PointsEntry, UserAchievement
from courses.services import corrections, enrolling, learning, points, ratings, submission_marks
from tests.courses.assessment import FULL, exercise_course, handed_in, taken
from tests.courses.conftest import RIGHT, lesson
from tests.courses.test_corrections import CUSCO, capital
from tests.courses.test_motivation import achievement

pytestmark = pytest.mark.django_db


def days(user: User) -> list[date]:
    rows = ActivityDay.objects.filter(user=user, first_at__isnull=False)
    return list(rows.order_by("local_date").values_list("local_date", flat=True))


def kinds(user: User) -> list[str]:
    return sorted(Activity.objects.filter(user=user).values_list("kind", flat=True))


def test_an_exercise_counts_for_the_day_it_was_handed_in(
    tmp_path: Path, tess: User, sam: User, drain
) -> None:
    """Not for the one it was marked on: that day its tutor worked."""
    course = exercise_course(tmp_path, tess)
    place = enrolling.enroll_free(user=sam, course=course)
    then = timezone.now() - timedelta(days=3)
    row = handed_in(place, now=then)
    drain()
    assert (kinds(sam), len(days(sam))) == (["exercise"], 1)
    submission_marks.mark(submission_id=row.pk, tutor=tess, marks=FULL, comment="")
    drain()
    assert place.progress.filter(lesson__key="essay", completed_at__isnull=False).exists()
    assert (kinds(sam), len(days(sam))) == (["exercise"], 1)
    assert PointsEntry.objects.filter(user=sam, rule="lesson").count() == 1


def test_a_pass_by_correction_pays_and_is_no_day(
    place: Enrollment, sam: User, tess: User, drain
) -> None:
    achievement("quiz_master", 1)
    taken(place, {**RIGHT, "capital": "b", "hello": "x"})
    drain()
    before = (kinds(sam), days(sam))
    assert not PointsEntry.objects.filter(rule="quiz").exists()
    corrections.correct_key(question=capital(), key=CUSCO, reason="r", actor_id=tess.pk)
    drain()
    assert (kinds(sam), days(sam)) == before
    assert PointsEntry.objects.get(user=sam, rule="quiz").points == 25
    assert UserAchievement.objects.filter(user=sam).count() == 1
    assert points.recount(dry_run=True) == 0


def test_an_opinion_earns_nothing(place: Enrollment, sam: User, drain) -> None:
    """A bought opinion is worth nothing to whoever reads it. The control: a lesson does earn."""
    learning.complete_lesson(enrollment=place, lesson=lesson(place.course, "hello"))
    drain()
    before = (kinds(sam), list(PointsEntry.objects.values_list("rule", flat=True)))
    assert before == (["lesson"], ["lesson"])
    ratings.rate(user=sam, course=place.course, rating=5, review="Clear.")
    drain()
    after = (kinds(sam), list(PointsEntry.objects.values_list("rule", flat=True)))
    assert after == before
