"""Live news from both servers, as real processes: nothing lost, nothing twice, nothing held."""

import random
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from importlib import import_module

import httpx
import pytest
from django.conf import settings as django_settings
from django.db import connection
from django.test import Client

from accounts import tokens
from accounts.models import AuthSession, User
from accounts.services import users
from courses.models import Course, Enrollment
from tests import cast
from tests.realtime.servers import PATH, Server, listening, running

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.processes]


@pytest.fixture(scope="module", params=["web", "stream"])
def server(request, django_db_setup) -> Iterator[Server]:
    with running(request.param) as started:
        yield started


@pytest.fixture
def bearer() -> Callable[[User], dict[str, str]]:
    def headers(user: User) -> dict[str, str]:
        return {"Authorization": f"Bearer {tokens.open_session(user).access}"}

    return headers


def cookie_of(user: User) -> dict[str, str]:
    client = Client()
    client.force_login(user)
    return {"Cookie": f"sid={client.cookies['sid'].value}"}


def test_news_arrive_while_one_listens(server, sam, otto, bearer, tell) -> None:
    tell(sam)
    with listening(server, bearer(sam)) as stream:
        assert stream.response.headers["Content-Type"] == "text/event-stream; charset=utf-8"
        assert stream.response.headers["Cache-Control"] == "no-store"
        hello = stream.next()
        own = f"private-user-{sam.pk}"
        assert (hello.name, hello.id) == ("hello", "1")
        assert hello.data == {"unread": 1, "channels": [own]}
        tell(otto)
        began = time.monotonic()
        tell(sam)
        news = stream.next()
        assert time.monotonic() - began < 10
    assert (news.name, news.id) == ("notification-new", "2")
    assert (news.data["channel"], news.data["seq"]) == (own, 2)
    told = news.data["data"]
    assert set(told) == {"id", "title", "body", "url", "kind", "created_at", "unread"}
    assert (told["title"], told["unread"]) == ("Welcome to TutorMe", 2)


def test_the_pages_cookie_opens_a_stream(server, sam, tell) -> None:
    with listening(server, cookie_of(sam)) as stream:
        stream.next()
        tell(sam)
        assert stream.next().id == "1"


@pytest.mark.parametrize(
    "headers",
    [{}, {"Authorization": "Bearer x"}, {"Authorization": "Basic x"}, {"Cookie": "sid=nobody"}],
)
def test_strangers_are_refused(server, headers) -> None:
    answer = httpx.get(server.url + PATH, headers=headers)
    assert (answer.status_code, answer.json()["status"]) == (401, 401)
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")


def test_a_bad_token_does_not_fall_back_to_the_cookie(server, sam) -> None:
    headers = {**cookie_of(sam), "Authorization": "Bearer nonsense"}
    assert httpx.get(server.url + PATH, headers=headers).status_code == 401


def test_reconnecting_loses_nothing_and_repeats_nothing(server, sam, bearer, tell) -> None:
    """A writer goes on while the reader hangs up again and again, in the middle of things."""
    total, headers = 60, bearer(sam)
    chance = random.Random(7)

    def write() -> None:
        for _ in range(total):
            tell(sam)
            time.sleep(0.01)
        connection.close()

    seen: list[int] = []
    last_id = ""
    writer = threading.Thread(target=write)
    while not seen or seen[-1] < total:
        with listening(server, headers, last_id=last_id) as stream:
            stream.next()
            last_id = stream.last_id
            if not writer.ident:
                writer.start()
            for _ in range(chance.randint(1, 9)):
                seen.append(int(stream.next().id))
                last_id = stream.last_id
                if seen[-1] == total:
                    break
    writer.join()
    assert seen == list(range(1, total + 1))


def test_a_client_that_saw_no_news_resumes_without_a_gap(server, sam, bearer, tell) -> None:
    headers = bearer(sam)
    with listening(server, headers) as stream:
        stream.next()
        last_id = stream.last_id
    tell(sam)
    with listening(server, headers, last_id=last_id) as stream:
        stream.next()
        assert stream.next().id == "1"


@pytest.mark.parametrize("nonsense", ["abc", "-1", "9" * 30, "1.5", "999999"])
def test_an_id_that_is_none_of_ours_starts_from_now(server, sam, bearer, tell, nonsense) -> None:
    tell(sam)
    with listening(server, bearer(sam), last_id=nonsense) as stream:
        assert stream.next().id == "1"
        tell(sam)
        assert stream.next().id == "2"


def told_elsewhere(tell, user: User) -> None:
    tell(user)
    connection.close()


def test_it_breathes(server, sam, bearer, tell) -> None:
    with listening(server, bearer(sam)) as stream:
        stream.next()
        threading.Timer(1.8, told_elsewhere, [tell, sam]).start()
        stream.next()
        assert stream.comments.count("still here") >= 2


def test_a_revoked_sign_in_ends_the_stream(server, sam, bearer) -> None:
    with listening(server, bearer(sam)) as stream:
        stream.next()
        tokens.end_session(AuthSession.objects.get().pk, because="test")
        began = time.monotonic()
        assert list(stream) == []
        assert time.monotonic() - began < 15
        assert stream.comments[-1] == "come back"


def test_signing_out_everywhere_ends_the_cookies_stream(server, sam) -> None:
    with listening(server, cookie_of(sam)) as stream:
        stream.next()
        users.sign_out_everywhere(user=sam, because="test")
        assert list(stream) == []


def test_logging_out_ends_the_cookies_stream(server, sam) -> None:
    headers = cookie_of(sam)
    with listening(server, headers) as stream:
        stream.next()
        store = import_module(django_settings.SESSION_ENGINE).SessionStore
        store(headers["Cookie"].removeprefix("sid=")).delete()
        assert list(stream) == []


def test_a_place_that_was_taken_back_ends_the_stream(server, sam, tess, bearer) -> None:
    """The sign-in lives on; one of the channels is closed to them now."""
    course = Course.objects.create(
        title="Sets", slug="sets", instructor=tess, state="published", difficulty="beginner"
    )
    place = Enrollment.objects.create(user=sam, course=course)
    name = f"private-course-{course.pk}"
    with listening(server, bearer(sam), channels=name) as stream:
        assert name in stream.next().data["channels"]
        Enrollment.objects.filter(pk=place.pk).update(state="cancelled")
        assert list(stream) == []
    with listening(server, bearer(sam), channels=name) as refused:
        assert refused.response.status_code == 403


def test_an_accounts_newest_stream_retires_its_oldest(server, sam, otto, bearer, tell) -> None:
    headers = bearer(sam)
    with listening(server, headers) as one, listening(server, headers) as two:
        with listening(server, headers) as three, listening(server, bearer(otto)) as other:
            for stream in (one, two, three, other):
                stream.next()
            with listening(server, headers) as four:
                four.next()
                assert list(one) == []
                assert one.comments[-1] == "come back"
                tell(sam)
                tell(otto)
                for stream in (two, three, four, other):
                    assert stream.next().id == "1"


def test_an_account_is_counted_over_both_servers(sam, bearer, tell) -> None:
    """The fourth stream, at another process, ends the first; without Redis nobody knows of it."""
    headers = bearer(sam)
    with running("web") as web, running("stream") as other, ExitStack() as held:
        first, *rest = [held.enter_context(listening(web, headers)) for _ in range(3)]
        for stream in (first, *rest):
            stream.next()
        newest = held.enter_context(listening(other, headers))
        newest.next()
        began = time.monotonic()
        assert list(first) == []
        # Left alone it would live for twenty seconds.
        assert time.monotonic() - began < 15
        tell(sam)
        for stream in (*rest, newest):
            assert stream.next().id == "1"


def test_a_full_process_says_so_and_has_room_again(sam, bearer) -> None:
    """The web process keeps threads for everything else."""
    people = [cast.person(f"Reader{number}") for number in range(9)]
    with running("web") as small, ExitStack() as held:
        # Kept by name: a stream nobody holds hangs up.
        streams = [held.enter_context(listening(small, bearer(each))) for each in people[:8]]
        assert [stream.next().name for stream in streams] == ["hello"] * 8
        refused = httpx.get(small.url + PATH, headers=bearer(people[8]))
        assert (refused.status_code, refused.json()["code"]) == (503, "unavailable")
        assert refused.headers["Retry-After"] == "30"
        unread = httpx.get(f"{small.url}/api/v1/notifications/unread-count/", headers=bearer(sam))
        assert unread.json() == {"unread": 0}
        held.close()
        deadline = time.monotonic() + 30
        while httpx_status(small, bearer(people[8])) != 200:
            assert time.monotonic() < deadline
            time.sleep(0.2)


def httpx_status(server: Server, headers: dict[str, str]) -> int:
    with listening(server, headers) as stream:
        return stream.response.status_code


def connections() -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
            " AND pid <> pg_backend_pid()"
        )
        return int(cursor.fetchone()[0])


def test_a_waiting_stream_holds_no_database_connection(server, sam, otto, bearer) -> None:
    before = connections()
    with listening(server, bearer(sam)) as one, listening(server, bearer(sam)) as two:
        with listening(server, bearer(otto)) as three:
            for stream in (one, two, three):
                stream.next()
            # The hub's own look every half second may be caught in the act.
            seen = []
            for _ in range(12):
                time.sleep(0.07)
                seen.append(connections())
            assert min(seen) <= before


def test_head_and_other_methods(server, sam, bearer) -> None:
    head = httpx.head(server.url + PATH, headers=bearer(sam), timeout=30)
    assert (head.status_code, head.content) == (200, b"")
    assert httpx.post(server.url + PATH, headers=bearer(sam)).status_code in {403, 405}
    assert httpx.get(f"{server.url}/nothing/here/").status_code == 404


@pytest.mark.parametrize("kind", ["web", "stream"])
def test_with_redis_away_the_poll_still_delivers(kind, sam, bearer, tell) -> None:
    with running(kind, REDIS_URL="redis://127.0.0.1:1/0") as deaf:
        with listening(deaf, bearer(sam)) as stream:
            stream.next()
            for number in ("1", "2", "3"):
                tell(sam)
                assert stream.next().id == number


@pytest.mark.parametrize("kind", ["web", "stream"])
def test_sigterm_ends_streams_and_the_server_at_once(kind, sam, otto, bearer) -> None:
    with running(kind) as doomed:
        with listening(doomed, bearer(sam)) as one, listening(doomed, bearer(otto)) as two:
            one.next()
            two.next()
            began = time.monotonic()
            doomed.process.terminate()
            assert list(one) == list(two) == []
            # Left alone they would go on for twenty seconds, the server for ten.
            assert time.monotonic() - began < 8
            assert one.comments[-1] == "come back"
        # gunicorn leaves connections that could be used again open for two seconds more.
        doomed.process.wait(timeout=30)
