"""Questions under a lesson: who reads them, what helps, what goes away."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from accounts.models import User
from courses.errors import LessonLocked
from courses.models import Course, Enrollment, Post, PostReport, Thread, ThreadFollow
from courses.services import discussions, enrolling
from realtime.models import Notification
from tests.courses.assessment import learners
from tests.courses.conftest import lesson
from tests.races.parallel import together
from tutorme.core.errors import Conflict, NotAllowed, NotFound
from tutorme.core.models import AuditEntry

pytestmark = pytest.mark.django_db


@pytest.fixture
def thread(place: Enrollment) -> Thread:
    where = lesson(place.course, "hello")
    return discussions.ask(user=place.user, lesson=where, title="Why?", body="I do not see it.")


@pytest.fixture
def other(course: Course, otto: User) -> User:
    enrolling.enroll(user_id=otto.pk, course=course)
    return otto


def test_a_tutors_answer_is_marked_and_accepted(
    thread: Thread, place: Enrollment, tess: User, other: User
) -> None:
    help_ = discussions.answer(user=other, thread_id=thread.pk, body="Look again.")
    told = discussions.answer(user=tess, thread_id=thread.pk, body="Because.")
    assert (help_.by_tutor, told.by_tutor) == (False, True)
    assert discussions.accept(user=place.user, post_id=told.pk).accepted_id == told.pk
    with pytest.raises(NotAllowed):
        discussions.accept(user=other, post_id=help_.pk)
    assert discussions.accept(user=tess, post_id=help_.pk).accepted_id == help_.pk
    thread.refresh_from_db()
    assert thread.answer_count == 2
    assert ThreadFollow.objects.filter(thread=thread).count() == 3


def test_strangers_neither_read_nor_write(thread: Thread, course: Course, otto: User) -> None:
    assert not Thread.objects.visible_to(otto).exists()
    with pytest.raises(NotFound):
        discussions.answer(user=otto, thread_id=thread.pk, body="Hi.")
    with pytest.raises(LessonLocked):
        discussions.ask(user=otto, lesson=lesson(course, "hello"), title="Hi", body="Hi")


def test_one_voice_each_and_none_for_oneself(
    thread: Thread, place: Enrollment, other: User
) -> None:
    assert discussions.vote(user=other, target=thread) == 1
    assert discussions.vote(user=other, target=thread) == 1
    assert discussions.vote(user=other, target=thread, up=False) == 0
    with pytest.raises(NotAllowed):
        discussions.vote(user=place.user, target=thread)


def test_what_is_taken_back_is_gone_and_kept(thread: Thread, place: Enrollment, tess: User) -> None:
    told = discussions.answer(user=tess, thread_id=thread.pk, body="Because.")
    discussions.accept(user=place.user, post_id=told.pk)
    discussions.delete_post(user=tess, post_id=told.pk)
    thread.refresh_from_db()
    assert (thread.answer_count, thread.accepted_id) == (0, None)
    assert not Post.objects.visible_to(place.user).exists()
    with pytest.raises(NotAllowed):
        discussions.delete_thread(user=tess, thread_id=thread.pk)
    discussions.delete_thread(user=place.user, thread_id=thread.pk)
    assert not Thread.objects.visible_to(tess).exists()
    assert Thread.objects.count() == 1


def test_a_moderator_hides_and_answers_every_report(
    thread: Thread, other: User, tess: User, ada: User, drain
) -> None:
    rows = [discussions.report(user=user, target=thread, reason="rude") for user in (other, tess)]
    drain()
    assert Notification.objects.filter(kind="post-reported", user=ada).count() == 2
    with pytest.raises(Conflict):
        discussions.report(user=other, target=thread, reason="spam")
    discussions.decide_report(row=rows[0], moderator=ada, hide=True)
    assert set(PostReport.objects.values_list("state", flat=True)) == {"hidden"}
    assert not Thread.objects.visible_to(other).exists()
    assert AuditEntry.objects.filter(action="report.hidden").exists()
    with pytest.raises(Conflict):
        discussions.decide_report(row=rows[1], moderator=ada, hide=False)


def test_search_finds_words_with_and_without_accents(place: Enrollment, other: User) -> None:
    where = lesson(place.course, "hello")
    for title in ("Où est le café?", "Nothing here"):
        discussions.ask(user=place.user, lesson=where, title=title, body="text")
    found = Thread.objects.visible_to(other).matching("cafe")
    assert [row.title for row in found] == ["Où est le café?"]
    assert not Thread.objects.visible_to(other).matching('"; drop').exists()


@pytest.mark.django_db(transaction=True)
def test_twenty_voices_at_once_are_twenty(place: Enrollment, course: Course) -> None:
    where = lesson(place.course, "hello")
    thread = discussions.ask(user=place.user, lesson=where, title="Why?", body="?")
    voices: list[Callable[[], Any]] = [
        lambda user=row.user: discussions.vote(user=user, target=thread)  # type: ignore[misc]
        for row in learners(course, 20)
    ]
    together(voices)
    thread.refresh_from_db()
    assert thread.vote_count == thread.votes.count() == 20


# API -------------------------------------------------------------------------------------------


def test_the_api_tells_no_addresses(api, thread: Thread, place: Enrollment, other: User) -> None:
    client, base = api(other), f"/api/v1/questions/{thread.pk}/"
    made = client.post(f"{base}answers/", {"body": "Look."}, format="json")
    assert made.status_code == 201
    assert client.put(f"{base}vote/").json() == {"vote_count": 1}
    rows = [
        client.get(f"/api/v1/lessons/{thread.lesson_id}/questions/"),
        client.get(base),
        client.get(f"{base}answers/"),
    ]
    for row in rows:
        assert row.status_code == 200
        assert "@" not in json.dumps(row.json())
    assert rows[0].json()["results"][0]["author"]["display_name"] == "Sam"
    assert client.patch(base, {"title": "T", "body": "B"}, format="json").status_code == 403
    assert client.delete(f"/api/v1/answers/{made.json()['id']}/").status_code == 204
    found = client.get(f"/api/v1/lessons/{thread.lesson_id}/questions/?search=nothing")
    assert found.json()["results"] == []


def test_the_api_knows_no_strangers(api, thread: Thread, otto: User) -> None:
    client = api(otto)
    assert client.get(f"/api/v1/questions/{thread.pk}/").status_code == 404
    assert client.get(f"/api/v1/lessons/{thread.lesson_id}/questions/").status_code == 403


def test_pages_of_a_long_list_cost_the_same(api, place: Enrollment, other: User, query_budget):
    where = lesson(place.course, "hello")
    client = api(other)
    for number in range(30):
        discussions.ask(user=place.user, lesson=where, title=f"Q{number}", body="?")
    with query_budget("lesson_questions_list"):
        answer = client.get(f"/api/v1/lessons/{where.pk}/questions/")
    assert len(answer.json()["results"]) == 20
    assert answer.json()["next"]
