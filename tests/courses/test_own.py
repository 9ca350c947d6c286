"""What belongs to one learner: notes, bookmarks, favourites; and the way through by forms."""

import pytest
from django.test import Client

from accounts.models import User
from courses.models import Course, Enrollment, Favorite, LessonBookmark, LessonNote
from courses.notebook import clock
from courses.services import enrolling
from tests.courses.conftest import lesson

pytestmark = pytest.mark.django_db


def notes_of(course: Course, key: str = "more") -> str:
    return f"/api/v1/lessons/{lesson(course, key).pk}/notes/"


def test_notes_are_ones_own(api, place: Enrollment, course: Course, sam: User, otto: User) -> None:
    made = api(sam).post(notes_of(course), {"body": "Mine", "at_s": 75}, format="json").json()
    assert (made["body"], made["at_s"]) == ("Mine", 75)
    enrolling.enroll_free(user=otto, course=course)
    assert api(otto).get(notes_of(course)).json() == []
    own = f"/api/v1/notes/{made['id']}/"
    assert api(otto).patch(own, {"body": "x"}, format="json").status_code == 404
    assert api(otto).delete(own).status_code == 404
    changed = api(sam).patch(own, {"at_s": None}, format="json").json()
    assert (changed["body"], changed["at_s"]) == ("Mine", None)
    assert api(sam).delete(own).status_code == 204
    assert api(sam).get(notes_of(course)).json() == []


def test_nobody_writes_beside_what_they_may_not_read(api, course: Course, otto: User) -> None:
    answer = api(otto).post(notes_of(course), {"body": "x"}, format="json")
    assert (answer.status_code, answer.json()["code"]) == (403, "lesson-locked")
    assert (
        api(otto).post(notes_of(course, "hello"), {"body": "x"}, format="json").status_code == 201
    )
    assert api(None).get(notes_of(course)).status_code == 401


@pytest.mark.parametrize(
    "body",
    [{}, {"body": ""}, {"body": "x" * 10_001}, {"body": "x", "at_s": -1}, {"body": "x", "user": 1}],
    ids=str,
)
def test_what_is_no_note_is_400(api, place: Enrollment, course: Course, sam: User, body) -> None:
    assert api(sam).post(notes_of(course), body, format="json").status_code == 400


def test_a_place_is_marked_once(api, place: Enrollment, course: Course, sam: User) -> None:
    path = f"/api/v1/lessons/{lesson(course, 'hello').pk}/bookmarks/"
    assert api(sam).post(path, {"at_s": 5}, format="json").status_code == 201
    again = api(sam).post(path, {"at_s": 5, "label": "Here"}, format="json")
    assert (again.status_code, again.json()["label"]) == (200, "Here")
    row = LessonBookmark.objects.get()
    listed = api(sam).get(f"/api/v1/courses/{course.pk}/bookmarks/").json()
    assert [mark["id"] for mark in listed] == [str(row.pk)]
    assert api(sam).delete(f"/api/v1/bookmarks/{row.pk}/").status_code == 204


def test_notes_are_taken_along_as_markdown(
    api, place: Enrollment, course: Course, sam: User
) -> None:
    for key, body, at in (("more", "# Big\nSecond", 3725), ("hello", "First", None)):
        LessonNote.objects.create(user=sam, lesson=lesson(course, key), body=body, at_s=at)
    LessonBookmark.objects.create(user=sam, lesson=lesson(course, "hello"), at_s=7, label="A\nB")
    answer = api(sam).get(f"/api/v1/courses/{course.pk}/notes/export/")
    assert answer["Content-Type"] == "text/markdown; charset=utf-8"
    assert answer.content.decode() == (
        "# First steps\n\n## Hello\n\n- [0:07] A B\n\nFirst\n\n## More\n\n"
        "[1:02:05] ### Big\nSecond\n"
    )


def test_times_are_written_as_players_do() -> None:
    assert [clock(n) for n in (0, 7, 750, 3723)] == ["0:00", "0:07", "12:30", "1:02:03"]


def test_favourites_are_put_and_taken_off(api, course: Course, sam: User, otto: User) -> None:
    path, sams = f"/api/v1/me/favorites/{course.pk}/", api(sam)
    assert sams.get(path).status_code == 404
    assert sams.put(path).status_code == 201
    assert sams.put(path).status_code == 200
    assert sams.get(path).status_code == 200
    listed = sams.get("/api/v1/me/favorites/").json()["results"]
    assert [row["details"]["slug"] for row in listed] == ["first-steps"]
    assert api(otto).get("/api/v1/me/favorites/").json()["results"] == []
    Course.objects.update(state="archived")
    assert sams.get("/api/v1/me/favorites/").json()["results"] == []
    assert api(otto).put(path).status_code == 404
    assert sams.delete(path).status_code == sams.delete(path).status_code == 204
    assert not Favorite.objects.exists()


def text(response) -> str:
    return str(response.content.decode())


def test_all_of_it_goes_by_links_and_forms(client: Client, place: Enrollment, sam: User) -> None:
    client.force_login(sam)
    page = "/learn/first-steps/more/"
    client.post(f"{page}note/", {"body": "My <i>note</i>", "at": "1:05"})
    client.post(f"{page}bookmark/", {"at": "12", "body": "Here"})
    shown = text(client.get(page))
    assert "1:05" in shown
    assert "Here" in shown
    assert "<i>note" not in shown
    book = text(client.get("/learn/first-steps/my/notes/"))
    assert "1:05" in book
    assert client.get("/learn/first-steps/my/notes/export/")["Content-Disposition"].startswith(
        "attachment"
    )
    note = LessonNote.objects.get()
    own = f"/learn/first-steps/my/notes/{note.pk}/"
    assert client.post(own, {"body": ""}).status_code == 422
    client.post(own, {"body": "Changed"})
    note.refresh_from_db()
    assert (note.body, note.at_s) == ("Changed", None)
    client.post(own, {"remove": "1"})
    mark = LessonBookmark.objects.get()
    client.post(f"/learn/first-steps/my/bookmarks/{mark.pk}/remove/")
    assert not LessonNote.objects.exists() | LessonBookmark.objects.exists()


def test_a_wrong_time_writes_nothing(client: Client, place: Enrollment, sam: User) -> None:
    client.force_login(sam)
    client.post("/learn/first-steps/more/note/", {"body": "x", "at": "soon"})
    assert not LessonNote.objects.exists()
    assert client.post("/learn/first-steps/nothing/note/", {"body": "x"}).status_code == 404


def test_another_persons_note_has_no_page(
    client: Client, place: Enrollment, course: Course, sam: User, otto: User
) -> None:
    note = LessonNote.objects.create(user=sam, lesson=lesson(course, "more"), body="Mine")
    client.force_login(otto)
    for call in (client.get, client.post):
        assert call(f"/learn/first-steps/my/notes/{note.pk}/").status_code == 404


def test_the_shelf_of_favourites(client: Client, course: Course, sam: User) -> None:
    client.force_login(sam)
    assert "Nothing on your list yet" in text(client.get("/favorites/"))
    client.post("/courses/first-steps/keep/")
    assert "First steps" in text(client.get("/favorites/"))
    assert "Take it off my list" in text(client.get("/courses/first-steps/"))
    client.post("/courses/first-steps/keep/", {"remove": "1"})
    assert not Favorite.objects.exists()
