"""A review: going through what an attempt lost points on counts once, where it is shown."""

import pytest
from django.test import Client

from accounts.models import User
from courses.errors import ReviewClosed
from courses.models import Activity, Enrollment, PointsEntry, Quiz
from courses.services import going_over
from tests.courses.assessment import taken
from tests.courses.conftest import RIGHT
from tests.races.parallel import together

pytestmark = pytest.mark.django_db
WRONG = {"capital": "b"}


def paid(user: User) -> list[int]:
    return list(
        PointsEntry.objects.filter(user=user, rule="review").values_list("points", flat=True)
    )


def test_it_counts_once_for_the_day_the_points_and_the_badge(
    api, place: Enrollment, sam: User, otto: User
) -> None:
    attempt = taken(place, WRONG)
    path = f"/api/v1/attempts/{attempt.pk}/gone-over/"
    assert api(otto).post(path).status_code == 404
    assert api(sam).post(path).json() == {"counted": True}
    assert api(sam).post(path).json() == {"counted": False}
    assert paid(sam) == [5]
    assert Activity.objects.filter(user=sam, kind="review").count() == 1


def test_what_is_not_shown_or_was_all_right_is_no_review(place: Enrollment, sam: User) -> None:
    right = taken(place, RIGHT)
    with pytest.raises(ReviewClosed):
        going_over.finish(user=sam, attempt_id=right.pk)
    wrong = taken(place, WRONG)
    Quiz.objects.update(review="never")
    with pytest.raises(ReviewClosed):
        going_over.finish(user=sam, attempt_id=wrong.pk)
    assert paid(sam) == []


def test_by_a_form(client: Client, place: Enrollment, sam: User) -> None:
    taken(place, WRONG)
    client.force_login(sam)
    base = "/learn/first-steps/check/attempts/1/"
    assert "I have gone over these answers" in client.get(base).content.decode()
    page = client.post(f"{base}gone-over/", follow=True).content.decode()
    assert "That counts for today" in page
    assert "You have gone over this attempt" in page


@pytest.mark.django_db(transaction=True)
def test_forty_presses_are_one(place: Enrollment, sam: User) -> None:
    attempt = taken(place, WRONG)
    told = together([lambda: going_over.finish(user=sam, attempt_id=attempt.pk)] * 10)
    assert sorted(told) == [False] * 9 + [True]
    assert paid(sam) == [5]
