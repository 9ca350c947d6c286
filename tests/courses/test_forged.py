"""What a browser could make up: scores, watch times, places, dates. The server believes its own."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.utils import timezone

from accounts.models import User
from courses.intervals import grown
from courses.models import Course, Enrollment, LessonProgress
from courses.services import authoring, learning, outlining
from tests.courses.conftest import RIGHT, answers, lesson

pytestmark = pytest.mark.django_db


@pytest.fixture
def film(course: Course, place: Enrollment) -> str:
    data = {"url": "https://player.vimeo.com/video/1", "duration_seconds": 600}
    made = outlining.add_lesson(course=course, title="Film", kind="video", data=data)
    authoring.publish(course=course, actor_id=None)
    return f"/api/v1/lessons/{made.pk}/progress/"


def test_a_whole_film_cannot_be_seen_in_a_moment(api, sam: User, film: str) -> None:
    for _ in range(5):
        body = {"client_event_id": str(uuid4()), "watched": [[0, 600]], "time_delta_s": 600}
        told = api(sam).post(film, body, format="json").json()
    seen = sum(end - start for start, end in told["watched"])
    assert seen <= 60
    assert told["seconds"] <= 30
    assert told["completed_at"] is None
    done = {"client_event_id": str(uuid4()), "completed": True}
    assert api(sam).post(film, done, format="json").json()["code"] == "not-watched"


def test_control_without_the_clock_the_whole_film_counts() -> None:
    assert [tuple(part) for part in grown([], [[0, 600]], length=600, by=10**6)] == [(0, 600)]


@pytest.mark.parametrize(
    "made_up",
    [
        {"watched": [[-1, 5]]},
        {"watched": [[0, 10**9]]},
        {"watched": [[0, 1, 2]]},
        {"watched": [["0", "x"]]},
        {"watched": "all"},
        {"time_delta_s": -5},
        {"time_delta_s": 10**12},
        {"time_delta_s": "NaN"},
        {"position": 1001},
        {"position": -1},
        {"completed_at": "2020-01-01T00:00:00Z"},
        {"percent": 100},
        {"seconds": 9},
        {"sections": {"a": 2000}},
        {"sections": {"": 1}},
        {"client_event_id": "one"},
        {"completed": "perhaps"},
    ],
)
def test_what_makes_no_sense_is_400_and_changes_nothing(
    api, sam: User, place: Enrollment, course: Course, made_up: dict
) -> None:
    path = f"/api/v1/lessons/{lesson(course, 'hello').pk}/progress/"
    body = {"client_event_id": str(uuid4()), **made_up}
    answer = api(sam).post(path, body, format="json")
    assert answer.status_code == 400, answer.content
    assert not LessonProgress.objects.exists()


def test_a_stretch_that_runs_backwards_is_no_stretch(api, sam: User, film: str) -> None:
    body = {"client_event_id": str(uuid4()), "watched": [[10, 5]]}
    assert api(sam).post(film, body, format="json").json()["watched"] == []


@pytest.mark.parametrize(
    "forged",
    [{"score": "7"}, {"passed": True}, {"state": "graded"}, {"started_at": "2020-01-01T00:00:00Z"}],
)
def test_marks_and_times_of_an_attempt_are_not_the_callers(
    api, sam: User, place: Enrollment, course: Course, forged: dict
) -> None:
    start = f"/api/v1/lessons/{lesson(course, 'check').pk}/attempts/"
    made = api(sam).post(start).json()
    path = f"/api/v1/attempts/{made['id']}/answers/"
    attempt = place.attempts.get()
    given = {str(key): value for key, value in answers(attempt, RIGHT).items()}
    assert api(sam).patch(path, {"answers": given, **forged}, format="json").status_code == 400
    attempt.refresh_from_db()
    assert (attempt.state, attempt.score) == ("open", None)
    assert not attempt.answers.exclude(answer=None).exists()


def test_a_late_clock_moves_nobody_back(place: Enrollment, course: Course) -> None:
    """Messages are dated by the server; one that was held up moves neither place nor time back."""
    now, one = timezone.now(), lesson(course, "hello")
    learning.open_lesson(enrollment=place, lesson=one, now=now)
    learning.open_lesson(enrollment=place, lesson=lesson(course, "more"), now=now)
    learning.visit(place, one.pk, now - timedelta(days=2))
    place.refresh_from_db()
    assert place.last_lesson_id == lesson(course, "more").pk
    assert place.last_activity_at == now
