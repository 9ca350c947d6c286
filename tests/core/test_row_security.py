"""The third wall: what a reading request asks, it asks as its person; each guard with a control."""

import threading
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import DatabaseError, connection, transaction
from django.db.utils import ConnectionHandler
from django.http import HttpRequest, JsonResponse, StreamingHttpResponse
from django.test import Client
from django.urls import include, path
from structlog.testing import capture_logs

from accounts.models import User
from realtime.models import NotificationSettings
from tutorme.core import checks, row_policies, row_security
from tutorme.core.row_session import (
    MARK,
    ROLE,
    Reader,
    RowSecurity,
    become,
    reported,
    returned_to_pool,
)

pytestmark = pytest.mark.django_db


def whose() -> set[Any]:
    return set(NotificationSettings.objects.values_list("user_id", flat=True))


def forgetful(request: HttpRequest) -> JsonResponse:
    """A page that forgot `visible_to`."""
    return JsonResponse({"seen": [str(pk) for pk in whose()]})


def broken(request: HttpRequest) -> JsonResponse:
    whose()
    raise LookupError("a page that crashes")


def flowing(request: HttpRequest) -> StreamingHttpResponse:
    return StreamingHttpResponse(f"{pk}\n" for pk in whose_slowly())


def whose_slowly() -> Iterator[Any]:
    for _turn in range(2):
        yield sorted(map(str, whose()))


urlpatterns = [
    path("forgetful/", forgetful),
    path("broken/", broken),
    path("flowing/", flowing),
    path("", include("tutorme.urls")),
]


@pytest.fixture
def pair(sam: User, otto: User) -> tuple[User, User]:
    NotificationSettings.objects.create(user=sam)
    NotificationSettings.objects.create(user=otto)
    return sam, otto


@pytest.fixture
def browser(sam: User) -> Client:
    client = Client()
    client.force_login(sam)
    return client


def session() -> tuple[str, str]:
    """Role and actor by PostgreSQL, past every guard."""
    with connection.connection.cursor() as cursor:
        cursor.execute("SELECT current_user, coalesce(current_setting('tutorme.actor', true), '')")
        return cursor.fetchone()


@pytest.mark.urls(__name__)
def test_a_page_that_forgets_the_first_wall_shows_nobody_else(pair, browser: Client) -> None:
    sam, _otto = pair
    assert browser.get("/forgetful/").json()["seen"] == [str(sam.pk)]
    assert Client().get("/forgetful/").json()["seen"] == []


@pytest.mark.urls(__name__)
def test_control_without_the_wall_it_shows_everybody(pair, browser: Client, settings) -> None:
    settings.ROW_SECURITY = RowSecurity.OFF
    assert set(browser.get("/forgetful/").json()["seen"]) == {str(user.pk) for user in pair}


@pytest.mark.urls(__name__)
def test_control_without_the_policy_it_shows_everybody(pair, browser: Client) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE realtime_notificationsettings DISABLE ROW LEVEL SECURITY")
    assert set(browser.get("/forgetful/").json()["seen"]) == {str(user.pk) for user in pair}


@pytest.mark.urls(__name__)
@pytest.mark.parametrize("address", ["/forgetful/", "/broken/", "/flowing/"])
def test_afterwards_the_session_is_the_systems(pair, browser: Client, address: str) -> None:
    before = session()
    browser.raise_request_exception = False
    response: Any = browser.get(address)
    if response.streaming:
        assert list(response.streaming_content)
    assert session() == before
    assert whose() == {user.pk for user in pair}


@pytest.mark.urls(__name__)
def test_what_is_streamed_is_the_readers_too(pair, browser: Client) -> None:
    sam, otto = pair
    response: Any = browser.get("/flowing/")
    told = b"".join(response.streaming_content).decode()
    assert told.count(str(sam.pk)) == 2
    assert str(otto.pk) not in told


def test_the_system_steps_out_and_comes_back(pair) -> None:
    sam, otto = pair
    with row_security.reading():
        row_security.begin(sam)
        assert whose() == {sam.pk}
        with row_security.as_system("a test"):
            assert whose() == {sam.pk, otto.pk}
        assert whose() == {sam.pk}
        with row_security.as_person(otto.pk, "a link of Otto's"):
            assert whose() == {otto.pk}
        assert whose() == {sam.pk}


def test_who_writes_is_not_a_reader(pair) -> None:
    """Outside `reading` nobody is walled, whoever is named."""
    row_security.begin(pair[0])
    with row_security.as_person(pair[0].pk, "a task"):
        assert len(whose()) == 2


@pytest.mark.parametrize(
    ("statement", "is_systems"),
    [
        ("SELECT 1 FOR UPDATE", True),
        ('SELECT "a"\nFOR NO KEY UPDATE OF "b"', True),
        ("SELECT a FROM b FOR SHARE", True),
        (" UPDATE a SET b = 1", True),
        ("WITH c AS (SELECT 1) INSERT INTO a SELECT * FROM c", True),
        ("SELECT a FROM b WHERE c = 'FOR ME'", False),
        ('SELECT a AS "XFOR UPDATE" FROM b', False),
        ("WITH c AS (SELECT 1) SELECT * FROM c", False),
        (b"UPDATE a SET b = 1", False),
    ],
)
def test_who_locks_is_the_system_as_who_writes(statement: Any, is_systems: bool) -> None:
    assert row_security._writes(statement) is is_systems


def test_a_visitor_sees_nobodys_rows(pair) -> None:
    with row_security.reading():
        row_security.begin(AnonymousUser())
        assert whose() == set()


def test_who_runs_the_site_sees_by_right_and_no_further(pair, ada: User) -> None:
    """Orders, lessons, certificates; not what people are told."""
    with row_security.reading() as reader:
        row_security.begin(ada)
        assert reader.as_staff
        assert whose() == set()


@pytest.mark.parametrize("whom", [0, 1], ids=["one's own", "another's"])
@pytest.mark.parametrize(
    "write",
    [
        "UPDATE realtime_notificationsettings SET digest = 'weekly' WHERE user_id = %s",
        "DELETE FROM realtime_notificationsettings WHERE user_id = %s",
        "INSERT INTO realtime_block (blocker_id, blocked_id) VALUES (%s, gen_random_uuid())",
        "SELECT 1 FROM realtime_notificationsettings WHERE user_id = %s FOR UPDATE",
    ],
)
def test_the_role_writes_nothing(pair, write: str, whom: int) -> None:
    line = connection.connection
    line.execute("SAVEPOINT before")
    become(line, Reader(str(pair[0].pk)))
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        line.execute(write, [pair[whom].pk])
    line.execute("ROLLBACK TO SAVEPOINT before")
    assert whose() == {user.pk for user in pair}


def test_what_is_noted_down_while_reading_is_the_systems(pair) -> None:
    """One statement that writes, or a service in its transaction; the page around it is not."""
    sam, otto = pair
    with row_security.reading():
        row_security.begin(sam)
        assert NotificationSettings.objects.filter(user=otto).update(digest="weekly") == 1
        assert whose() == {sam.pk}
        with transaction.atomic():
            assert len(whose()) == 2
        assert whose() == {sam.pk}
        locked = NotificationSettings.objects.select_for_update()
        with transaction.atomic():
            assert len(locked) == 2


def test_a_rolled_back_savepoint_takes_nobody_elsewhere(pair) -> None:
    """Role, actor and mark go back with the savepoint they were set in; what asks next sees it."""
    sam, _otto = pair
    line = connection.connection
    line.execute("SAVEPOINT before")
    become(line, Reader(str(sam.pk)))
    line.execute("ROLLBACK TO SAVEPOINT before")
    assert reported(line) == ""
    become(line, Reader(str(sam.pk)))
    line.execute("SAVEPOINT before")
    become(line, None)
    line.execute("ROLLBACK TO SAVEPOINT before")
    assert reported(line).endswith(str(sam.pk))
    assert len(whose()) == 2
    with row_security.reading():
        row_security.begin(sam)
        with pytest.raises(LookupError), row_security.as_system("a test"), transaction.atomic():
            assert len(whose()) == 2
            raise LookupError
        assert whose() == {sam.pk}


def test_a_statement_that_fails_changes_no_sides(pair) -> None:
    sam, _otto = pair
    line = connection.connection
    line.execute("SAVEPOINT before")
    with row_security.reading():
        row_security.begin(sam)
        with pytest.raises(DatabaseError), connection.cursor() as cursor:
            cursor.execute("SELECT 1/0")
    line.execute("ROLLBACK TO SAVEPOINT before")
    assert reported(line) == ""
    assert len(whose()) == 2


def test_a_thread_of_its_own_is_the_system(sam: User) -> None:
    """Nothing of a request is inherited by a thread it starts: such work is the system's."""
    found: list[Any] = []
    with row_security.reading():
        row_security.begin(sam)
        thread = threading.Thread(target=lambda: found.append(row_security.current()))
        thread.start()
        thread.join()
        assert row_security.current() is not None
    assert found == [None]


def test_nobody_counts_it(sam: User, django_assert_num_queries) -> None:
    with django_assert_num_queries(1), row_security.reading():
        row_security.begin(sam)
        whose()


def closed(line: Any) -> None:
    line.close()


class TestPool:
    """A connection that comes back as a person (a guard was lost) is nobody's who takes it next."""

    pytestmark = pytest.mark.django_db(transaction=True)

    @pytest.fixture
    def line(self, request: pytest.FixtureRequest) -> Iterator[Any]:
        pool = {"min_size": 1, "max_size": 1, "timeout": 5, **request.param}
        facts = {**connection.settings_dict, "CONN_MAX_AGE": 0}
        facts["OPTIONS"] = {**facts["OPTIONS"], "pool": pool}
        made: Any = ConnectionHandler({"default": facts})["default"]
        yield made
        made.close()
        made.close_pool()

    def left_behind(self, line: Any, sam: User) -> tuple[str, str]:
        """Who the next thread would be, past Django, after Sam's connection came back dirty."""
        line.ensure_connection()
        become(line.connection, Reader(str(sam.pk)))
        line.close()
        with line.pool.connection() as raw:
            found = raw.execute("SELECT current_user, current_setting('tutorme.actor', true)")
            return found.fetchone()

    @pytest.mark.parametrize("line", [{"reset": returned_to_pool}], indirect=True)
    def test_the_pool_takes_it_back(self, line: Any, sam: User) -> None:
        role, actor = self.left_behind(line, sam)
        assert role != ROLE
        assert not actor

    @pytest.mark.parametrize("line", [{"reset": returned_to_pool}], indirect=True)
    @pytest.mark.parametrize(("ends", "faults"), [(row_security.give_back, 0), (closed, 1)])
    def test_who_waits_gives_it_back_as_nobodys(self, line: Any, sam: User, ends, faults) -> None:
        """And control: who merely closes it has the pool say that something is wrong."""
        line.ensure_connection()
        become(line.connection, Reader(str(sam.pk)))
        with capture_logs() as said:
            ends(line)
            with line.pool.connection():
                pass
        assert [one["event"] for one in said] == ["row_security.came_back_as_a_person"] * faults

    @pytest.mark.parametrize("line", [{}], indirect=True)
    def test_control_without_the_guard_it_leaks(self, line: Any, sam: User) -> None:
        assert self.left_behind(line, sam) == (ROLE, str(sam.pk))

    @pytest.mark.parametrize("line", [{}], indirect=True)
    def test_and_even_then_the_next_statement_is_compared(self, line: Any, pair) -> None:
        self.left_behind(line, pair[0])
        line.execute_wrappers.append(row_security.guarded)
        with line.cursor() as cursor:
            cursor.execute("SELECT current_user, current_setting('tutorme.actor', true)")
            role, actor = cursor.fetchone()
        assert role != ROLE
        assert not actor


class TestAvailability:
    @pytest.fixture
    def nothing_known(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(row_security, "_standing", {})

    @pytest.fixture
    def without_grants(self, nothing_known: None) -> None:
        with connection.cursor() as cursor:
            cursor.execute(f"REVOKE ALL ON django_migrations FROM {ROLE}")

    def test_it_says_that_it_stands(self) -> None:
        assert row_security.state(connection) == "ok"

    def test_on_it_refuses_to_read_unguarded(self, pair, without_grants) -> None:
        assert row_security.state(connection).startswith("missing")
        with row_security.reading(), pytest.raises(row_security.WallMissing):
            row_security.begin(pair[0])
            whose()

    def test_auto_reads_without_and_says_so(self, pair, without_grants, settings) -> None:
        settings.ROW_SECURITY = RowSecurity.AUTO
        assert row_security.state(connection).startswith("off")
        with row_security.reading():
            row_security.begin(pair[0])
            assert len(whose()) == 2

    def test_off_is_a_warning_before_production(self, settings) -> None:
        assert checks.third_wall() == []
        settings.ROW_SECURITY = RowSecurity.OFF
        assert [str(found.id) for found in checks.third_wall()] == ["core.W001"]

    def test_migrate_gives_back_what_is_missing(self, without_grants) -> None:
        with connection.cursor() as cursor:
            cursor.execute("DROP POLICY a_person_sees ON courses_lessonnote")
        assert row_policies.bring_up(connection)
        assert row_security.state(connection) == "ok"
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(*) FROM pg_policy WHERE polrelid = 'courses_lessonnote'::regclass"
            )
            assert cursor.fetchone() == (1,)


def test_the_mark_fits_into_its_place() -> None:
    """PostgreSQL keeps 63 bytes of it; a shorter one would be compared in vain."""
    longest = Reader("0" * 36, as_staff=True).mark
    assert longest.startswith(MARK)
    assert len(longest) <= 63
