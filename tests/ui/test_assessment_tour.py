"""Exercises, questions, sheets of every kind, and the pages of who marks: open to everyone."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from accounts.models import User
from courses.models import Course, Enrollment, Question
from courses.services import appeals, authoring, bank, discussions, enrolling, quizzes
from tests.courses.all_kinds import KINDS, right_answers
from tests.courses.assessment import exercise_course, handed_in, taken
from tests.courses.conftest import RIGHT, lesson
from tests.ui.test_browser import NARROW, WIDE
from tests.ui.test_tour import tour

os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def course(tmp_path: Path, tess: User) -> Course:
    return exercise_course(tmp_path, tess)


@pytest.fixture
def place(course: Course, sam: User) -> Enrollment:
    return enrolling.enroll(user_id=sam.pk, course=course)


@pytest.fixture
def stops(place: Enrollment, tess: User, drain: Callable[[], None]) -> dict[str, list[str]]:
    course = place.course
    first = taken(place, {**RIGHT, "hello": "Buenas"})
    wrong = first.answers.get(question__key="hello")
    appeal = appeals.open_appeal(user=place.user, answer_id=wrong.pk, text="It is said.")
    draft = course.lesson_drafts.get(key="check")
    draft.data = {**KINDS, "time_limit_minutes": 20}
    draft.save()
    bank.keep(course=course, row={**KINDS["questions"][1], "key": "p2", "tags": ["space"]})
    authoring.publish(course=course, actor_id=tess.pk)
    second = quizzes.start(enrollment=place, lesson=lesson(course, "check"))
    quizzes.save_answers(attempt=second, answers=right_answers(second))
    quizzes.submit(attempt=second)
    quizzes.start(enrollment=place, lesson=lesson(course, "check"))
    work = handed_in(place)
    where = lesson(course, "hello")
    thread = discussions.ask(user=place.user, lesson=where, title="Why so?", body="I do not see.")
    discussions.answer(user=tess, thread_id=thread.pk, body="Because.")
    teach, learn = f"/teach/courses/{course.slug}", f"/learn/{course.slug}"
    item = Question.objects.get(key="p2")
    essay = lesson(course, "essay").pk
    return {
        "learner": [
            f"{learn}/essay/",
            f"{learn}/check/",
            f"{learn}/check/attempts/1/",
            f"{learn}/check/attempts/2/",
            f"{learn}/check/attempts/3/",
            f"{learn}/hello/questions/",
            f"{learn}/hello/questions/{thread.pk}/",
        ],
        "tutor": [
            "/teach/grading/",
            f"/teach/grading/attempts/{second.pk}/",
            f"/teach/grading/submissions/{work.pk}/",
            f"/teach/grading/appeals/{appeal.pk}/",
            f"{teach}/bank/",
            f"{teach}/bank/new/?kind=multiple",
            f"{teach}/bank/new/?kind=match",
            f"{teach}/bank/{item.item_id}/",
            f"{teach}/key/{item.pk}/",
            f"{teach}/time/?q=sam",
            f"{teach}/lessons/{draft.pk}/quiz/",
            f"{teach}/lessons/{draft.pk}/statistics/",
            f"{teach}/lessons/{essay}/exercise/",
        ],
    }


@pytest.mark.parametrize(("width", "scheme"), [(WIDE, "light"), (NARROW, "dark")])
@pytest.mark.parametrize("who", ["learner", "tutor"])
def test_they_are_open_to_everyone(chromium, live_server, sam, tess, stops, who, width, scheme):
    user = sam if who == "learner" else tess
    found = tour(chromium, live_server.url, user, stops[who], width=width, color_scheme=scheme)
    assert found == {}


@pytest.mark.parametrize("who", ["learner", "tutor"])
def test_they_stand_as_well_from_right_to_left(chromium, live_server, sam, tess, stops, who):
    user = sam if who == "learner" else tess
    User.objects.filter(pk=user.pk).update(locale="ar")
    assert tour(chromium, live_server.url, user, stops[who], width=NARROW) == {}
