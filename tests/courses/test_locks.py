"""Why a lesson is closed, and what opens it: enrolment, what comes before, and time."""

from collections.abc import Callable
from datetime import timedelta
from itertools import pairwise
from uuid import uuid4

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import User
from courses import handlers, queries
from courses.cycles import cycle_in
from courses.errors import (
    CourseBefore,
    LessonLocked,
    NotAttended,
    NotSubmitted,
    NotWatched,
    TooSoon,
)
from courses.intervals import grown, merged, seconds_in
from courses.models import Course, Enrollment, LessonProgress
from courses.services import authoring, drafting, enrolling, learning, outlining, quizzes, writing
from tests.courses.conftest import edit, lesson

pytestmark = pytest.mark.django_db


def lock(course: Course, user: User, key: str) -> str:
    found = queries.outline(course, user)
    row = next(row for row in found.lessons if row.key == key)
    one = queries.lock_of(lesson(course, key), user, found.enrollment)
    assert one.reason == row.lock
    return row.lock


def wait_for(course: Course, key: str, *others: str) -> None:
    drafts = {row.key: row for row in drafting.draft_of(course).course.lesson_drafts.all()}
    edit(course, key, prerequisites=[drafts[other].pk for other in others])


def test_a_lesson_waits_for_another(place: Enrollment, course: Course, sam: User, api) -> None:
    wait_for(course, "more", "hello")
    more = lesson(course, "more")
    assert lock(course, sam, "more") == "prerequisite"
    answer = api(sam).get(f"/api/v1/lessons/{more.pk}/").json()
    assert "body" not in answer
    assert answer["waits_for"] == [str(lesson(course, "hello").pk)]
    with pytest.raises(LessonLocked) as refused:
        learning.complete_lesson(enrollment=place, lesson=more)
    assert refused.value.extras["reason"] == "prerequisite"
    learning.complete_lesson(enrollment=place, lesson=lesson(course, "hello"))
    assert lock(course, sam, "more") == ""
    learning.complete_lesson(enrollment=place, lesson=more)


def test_a_quiz_waits_too(place: Enrollment, course: Course) -> None:
    wait_for(course, "check", "more")
    with pytest.raises(LessonLocked):
        quizzes.start(enrollment=place, lesson=lesson(course, "check"))


def test_what_was_completed_is_never_locked_again(
    place: Enrollment, course: Course, sam: User
) -> None:
    learning.complete_lesson(enrollment=place, lesson=lesson(course, "more"))
    wait_for(course, "more", "hello")
    edit(course, "more", drip_days=300)
    assert lock(course, sam, "more") == ""
    assert lock(course, sam, "hello") == ""


@pytest.mark.parametrize("column", ["drip_days", "drip_at"])
def test_a_lesson_opens_with_time(
    place: Enrollment, course: Course, sam: User, column: str
) -> None:
    later = timezone.now() + timedelta(days=2)
    edit(course, "more", **{column: 2 if column == "drip_days" else later})
    more = lesson(course, "more")
    assert lock(course, sam, "more") == "drip_until"
    row = next(row for row in queries.outline(course, sam).lessons if row.key == "more")
    assert row.opens_at is not None
    assert abs(row.opens_at - later) < timedelta(minutes=1)
    with pytest.raises(LessonLocked):
        learning.report(user=sam, lesson_id=more.pk, client_event_id=uuid4(), completed=True)
    after = later + timedelta(minutes=1)
    learning.complete_lesson(enrollment=place, lesson=more, now=after)


def test_authors_and_visitors(course: Course, tess: User, otto: User) -> None:
    edit(course, "more", drip_days=9)
    assert lock(course, tess, "more") == ""
    assert (lock(course, otto, "more"), lock(course, otto, "hello")) == ("not_enrolled", "")


def video(course: Course, **data: object) -> None:
    outlining.add_lesson(
        course=course,
        title="Film",
        kind="video",
        data={"url": "https://player.vimeo.com/video/1", "duration_seconds": 100, **data},
    )
    authoring.publish(course=course, actor_id=None)


def test_a_video_is_done_when_nine_tenths_of_it_were_seen(
    place: Enrollment, course: Course, sam: User
) -> None:
    video(course)
    film, began = lesson(course, "film"), timezone.now()
    learning.open_lesson(enrollment=place, lesson=film, now=began)

    def seen(*stretches: list[int], after: int) -> LessonProgress:
        return learning.report(
            user=sam,
            lesson_id=film.pk,
            client_event_id=uuid4(),
            watched=stretches,
            seconds=after,
            now=began + timedelta(seconds=after),
        )

    assert seen([0, 20], [0, 20], after=20).completed_at is None
    # The end alone is not the whole: a set of stretches, not a maximum.
    row = seen([50, 100], after=70)
    assert (seconds_in(row.watched), row.completed_at) == (70, None)
    assert seen([20, 40], after=90).completed_at is not None


def test_a_video_is_not_seen_faster_than_it_can_be_played(
    place: Enrollment, course: Course, sam: User
) -> None:
    video(course)
    film, began = lesson(course, "film"), timezone.now()
    learning.open_lesson(enrollment=place, lesson=film, now=began)
    row = learning.report(
        user=sam, lesson_id=film.pk, client_event_id=uuid4(), watched=[[0, 100]], now=began
    )
    assert (row.watched, row.completed_at) == ([(0, 30)], None)


def test_without_a_script_the_servers_clock_decides(place: Enrollment, course: Course) -> None:
    video(course)
    film, began = lesson(course, "film"), timezone.now()
    learning.open_lesson(enrollment=place, lesson=film, now=began)
    with pytest.raises(NotWatched) as refused:
        learning.complete_lesson(enrollment=place, lesson=film, now=began + timedelta(seconds=60))
    assert refused.value.extras == {"seconds_left": 30}
    learning.complete_lesson(enrollment=place, lesson=film, now=began + timedelta(seconds=90))


@pytest.mark.parametrize(
    ("kind", "data", "refusal"),
    [
        ("live", {"starts_at": "2027-01-01T10:00:00+00:00", "duration_minutes": 60}, NotAttended),
        ("exercise", {}, NotSubmitted),
        ("text", {"min_seconds": 60}, TooSoon),
    ],
)
def test_the_reader_alone_does_not_complete_it(
    place: Enrollment, course: Course, kind: str, data, refusal
) -> None:
    outlining.add_lesson(course=course, title="Extra", kind=kind, data=data, body="Do it.")
    authoring.publish(course=course, actor_id=None)
    extra = lesson(course, "extra")
    learning.open_lesson(enrollment=place, lesson=extra)
    with pytest.raises(refusal):
        learning.complete_lesson(enrollment=place, lesson=extra)


def test_a_kind_change_is_a_change_of_the_draft_alone(course: Course, tess: User) -> None:
    draft = drafting.draft_of(course).course.lesson_drafts.get(key="more")
    writing.save_lesson(lesson=draft, changes={"body": "New."}, actor_id=tess.pk)
    assert lesson(course, "more").body != "New."


def test_the_page_of_a_locked_lesson_says_why(
    place: Enrollment, course: Course, sam: User, client: Client
) -> None:
    wait_for(course, "more", "hello")
    edit(course, "check", drip_days=3)
    client.force_login(sam)
    waiting = client.get("/learn/first-steps/more/")
    assert waiting.status_code == 403
    assert "Another lesson comes first" in waiting.content.decode()
    assert "BODYCANARY" not in waiting.content.decode()
    assert "not open yet" in client.get("/learn/first-steps/check/").content.decode()


def test_a_course_waits_for_another(
    publish: Callable[..., Course], sam: User, tess: User, client: Client, api
) -> None:
    first, second, paid = publish(slug="one"), publish(slug="two"), publish(slug="tri", amount="5")
    for course in (second, paid):
        drafting.edit_facts(course=course, changes={"prerequisites": [first.pk]}, actor_id=tess.pk)
        authoring.publish(course=course, actor_id=tess.pk)
    refused = api(sam).post(f"/api/v1/courses/{second.pk}/enroll/")
    assert (refused.status_code, refused.json()["code"]) == (409, "course-before")
    assert refused.json()["courses"] == ["One"]
    with pytest.raises(CourseBefore):
        handlers.quote(paid.pk, sam)
    client.force_login(sam)
    page = client.post("/courses/two/enroll/", follow=True).content.decode()
    assert "Complete this first: One" in page
    place = enrolling.enroll_free(user=sam, course=first)
    Enrollment.objects.filter(pk=place.pk).update(completed_at=timezone.now())
    assert api(sam).post(f"/api/v1/courses/{second.pk}/enroll/").status_code == 201
    assert handlers.quote(paid.pk, sam).price.minor == 500


# Pure ------------------------------------------------------------------------------------------


def test_stretches() -> None:
    assert merged([[5, 9], [0, 5], [8, 12], [20, 15]], length=11) == [(0, 11)]
    assert grown([(0, 10)], [[5, 40]], length=100, by=10) == [(0, 20)]


def test_circles() -> None:
    assert cycle_in({"a": ["b"], "b": ["c"], "c": []}) == []
    assert cycle_in({"a": ["b"], "b": ["c"], "c": ["b"]}) == ["b", "c", "b"]
    chain = {n: [n + 1] for n in range(5000)}
    assert cycle_in(chain) == []
    circle = cycle_in({**chain, 5000: [0]})
    assert circle[0] == circle[-1]
    assert all(later - earlier in (1, -5000) for earlier, later in pairwise(circle))
