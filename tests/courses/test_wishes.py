"""Asking for a course that is not there: who sees it, and who is told when it is."""

import re
from collections.abc import Callable

import pytest
from django.db import IntegrityError
from django.test import Client
from django.utils import timezone

from accounts.models import User
from courses.models import Course, CourseWish
from courses.services import authoring, wishing
from realtime.models import Notification
from tests.courses.conftest import edit, write_course
from tutorme.core.errors import TooManyRequests

pytestmark = pytest.mark.django_db
MINE, ALL = "/api/v1/me/wishes/", "/api/v1/courses/wishes/"


def asks(user: User, words: str, **more: str) -> CourseWish:
    return wishing.wish(user=user, words=words, **more)[0]


def told(user: User) -> list[str]:
    rows = Notification.objects.filter(user=user, kind="wish-answered")
    return [row.facts["words"] for row in rows]


def test_one_open_wish_a_person_and_words(api, sam: User) -> None:
    made = api(sam).post(MINE, {"words": "Café  culture"}, format="json")
    again = api(sam).post(MINE, {"words": "CAFE culture", "level": "beginner"}, format="json")
    assert (made.status_code, again.status_code) == (201, 200)
    assert made.json()["id"] == again.json()["id"]
    assert (again.json()["level"], CourseWish.objects.count()) == ("beginner", 1)
    with pytest.raises(IntegrityError):
        CourseWish.objects.create(user=sam, words="x", words_key="cafe culture")


@pytest.mark.parametrize(
    "body", [{}, {"words": ""}, {"words": "x" * 81}, {"words": "x", "level": "expert"}], ids=str
)
def test_what_is_no_wish_is_400(api, sam: User, body) -> None:
    assert api(sam).post(MINE, body, format="json").status_code == 400


def test_a_wish_is_ones_own_and_can_be_taken_back(api, sam: User, otto: User) -> None:
    row = asks(sam, "Latin", note="for my thesis")
    assert api(otto).get(MINE).json()["results"] == []
    assert api(otto).delete(f"{MINE}{row.pk}/").status_code == 404
    assert api(sam).delete(f"{MINE}{row.pk}/").status_code == 204
    assert not CourseWish.objects.exists()
    assert api(sam).delete(f"{MINE}{row.pk}/").status_code == 404


def test_those_who_teach_see_words_and_numbers_alone(api, sam, otto, tess, query_budget) -> None:
    asks(sam, "Latin", note="NOTECANARY")
    asks(otto, "latin")
    asks(otto, "Welsh")
    with query_budget("wishes_asked_for"):
        answer = api(tess).get(ALL)
    assert answer.json() == [
        {"words": answer.json()[0]["words"], "people": 2},
        {"words": "Welsh", "people": 1},
    ]
    text = answer.content.decode()
    assert "NOTECANARY" not in text
    assert str(sam.pk) not in text
    assert api(sam).get(ALL).status_code == 403


def test_twenty_are_open_at_once(api, sam: User, settings) -> None:
    rows = [
        CourseWish(user=sam, words=str(number), words_key=str(number))
        for number in range(wishing.MOST_OPEN)
    ]
    CourseWish.objects.bulk_create(rows)
    answer = api(sam).post(MINE, {"words": "one more"}, format="json")
    assert (answer.status_code, answer.json()["code"]) == (409, "wishes-full")
    assert api(sam).post(MINE, {"words": "7"}, format="json").status_code == 200


def test_more_than_twenty_a_day_are_refused(sam: User) -> None:
    for _again in range(wishing.A_DAY.count):
        asks(sam, "Latin")
    with pytest.raises(TooManyRequests):
        asks(sam, "Latin")


def test_publishing_tells_whoever_asked_for_exactly_that_once(
    course: Course, sam: User, otto: User, tess: User, drain: Callable[[], None]
) -> None:
    drain()
    asks(sam, "BASICS", level="beginner")
    asks(sam, "basics of law")
    asks(otto, "First Steps", level="advanced")
    asks(tess, "basics")
    for body in ("Another text.", "And another."):
        edit(course, "hello", body=body)
        drain()
    assert (told(sam), told(otto), told(tess)) == (["BASICS"], [], [])
    answered = CourseWish.objects.get(state="answered")
    assert (answered.user, answered.course) == (sam, course)
    assert asks(sam, "basics").pk != answered.pk


def test_an_author_marks_a_draft_and_they_hear_when_it_is_out(
    api, tmp_path, sam: User, tess: User, otto: User, drain: Callable[[], None]
) -> None:
    draft = authoring.load_course(write_course(tmp_path), instructor=tess)
    asks(sam, "Beginning anything", level="advanced")
    body = {"words": "beginning ANYTHING", "course": str(draft.pk)}
    assert api(tess).post(ALL, body, format="json").json() == {"told": 0}
    drain()
    assert told(sam) == []
    authoring.publish(course=draft, actor_id=tess.pk)
    drain()
    assert told(sam) == ["Beginning anything"]
    assert api(otto).post(ALL, body, format="json").status_code == 403


def test_of_another_authors_course_nobody_says_so(api, course: Course, sam, tess, ada) -> None:
    asks(sam, "Latin")
    Course.objects.update(instructor=ada)
    body = {"words": "Latin", "course": str(course.pk)}
    assert api(tess).post(ALL, body, format="json").status_code == 404
    assert CourseWish.objects.get().state == "open"


def test_the_way_through_by_forms(
    client: Client, sam: User, tess: User, course: Course, drain: Callable[[], None]
) -> None:
    """From a search that found nothing, to the desk, to the course."""
    nothing = client.get("/courses/?search=Welsh").content.decode()
    assert "/wishes/?words=Welsh" in nothing
    assert client.get("/wishes/")["Location"].startswith("/account/login/")
    client.force_login(sam)
    assert 'value="Welsh"' in client.get("/wishes/?words=Welsh").content.decode()
    assert client.post("/wishes/", {"words": " ", "level": ""}).status_code == 200
    client.post("/wishes/", {"words": "Welsh", "level": "", "note": "Soon"})
    page = client.get("/wishes/").content.decode()
    assert re.search(r"/wishes/[0-9a-f-]{36}/withdraw/", page)
    assert "Welsh" not in client.get("/teach/").content.decode()
    client.force_login(tess)
    desk = client.get("/teach/").content.decode()
    assert "1 person asks" in desk
    client.post("/teach/wishes/", {"words": "Welsh", "course": str(course.pk)})
    drain()
    assert told(sam) == ["Welsh"]
    assert "1 person asks" not in client.get("/teach/").content.decode()
    client.force_login(sam)
    assert f"/courses/{course.slug}/" in client.get("/wishes/").content.decode()


def test_it_is_withdrawn_by_form(client: Client, sam: User, otto: User) -> None:
    row = asks(sam, "Latin")
    client.force_login(otto)
    assert client.post(f"/wishes/{row.pk}/withdraw/").status_code == 404
    client.force_login(sam)
    client.post(f"/wishes/{row.pk}/withdraw/")
    assert not CourseWish.objects.exists()


def test_an_admin_closes_what_nothing_comes_of(client: Client, sam: User, ada: User) -> None:
    row, done = asks(sam, "Latin"), asks(sam, "Greek")
    CourseWish.objects.filter(pk=done.pk).update(state="answered", decided_at=timezone.now())
    client.force_login(ada)
    page = "/admin/courses/coursewish/"
    assert "Latin" in client.get(page).content.decode()
    client.post(page, {"action": "close", "_selected_action": [str(row.pk), str(done.pk)]})
    states = dict(CourseWish.objects.values_list("words", "state"))
    assert states == {"Latin": "closed", "Greek": "answered"}
