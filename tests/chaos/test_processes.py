"""F9, F19: more than one beat; a new release is put in place while people work."""

import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from psycopg.errors import LockNotAvailable

from tests.chaos import mails
from tests.chaos.house import UP_S, House
from tests.chaos.load import is_good, told
from tests.chaos.proxy import Wire
from tests.chaos.quiet import machine_of_its_own
from tests.sandbox_server import free_port
from tests.waiting import until
from tutorme.core.migrating import LOCK_MS as MIGRATION_LOCK_MS
from tutorme.devstack import stack
from tutorme.devstack.place import ROOT
from tutorme.devstack.running import wait_until

pytestmark = [pytest.mark.slow, pytest.mark.processes]
# What a beat says each time it starts this one.
A_TURN = "Sending due task sweep-outbox"


@dataclass
class Release:
    port: int
    process: "subprocess.Popen[bytes]"

    def go(self) -> None:
        self.process.terminate()
        self.process.wait(timeout=60)


@contextmanager
def beat(home: House, schedule: Path, said: Path) -> Iterator[None]:
    words = "-m celery -A tutorme.celery beat --pidfile= --loglevel INFO -s"
    command = [sys.executable, *words.split(), str(schedule)]
    with said.open("wb") as file:
        process = subprocess.Popen(
            command, env=dict(home.stack.env), cwd=ROOT, stdout=file, stderr=file
        )
    try:
        yield
    finally:
        process.terminate()
        process.wait(timeout=60)


@machine_of_its_own
def test_three_beats_do_each_thing_once(whole: House, tmp_path: Path) -> None:
    """F9: also none for a while before, and what was missed is done."""
    logs = tmp_path / "second", tmp_path / "third"
    began = mails.moment(whole)
    whole.stack.kill("beat", signal.SIGSTOP)
    try:
        with whole.load() as load:
            load.wait_for(lambda found: len(found) > 12)
            whole.stack.kill("beat", signal.SIGCONT)
            with (
                beat(whole, tmp_path / "schedule-2", logs[0]),
                beat(whole, tmp_path / "schedule-3", logs[1]),
            ):
                for said in logs:
                    until(lambda: said.read_text().count(A_TURN) > 2, within_s=UP_S)  # noqa: B023
    finally:
        whole.stack.kill("beat", signal.SIGCONT)
    assert all(is_good(one) for one in load.history), told(load.history)
    whole.settle()
    mails.each_arrived_once(whole, since=began)
    with whole.line() as line:
        assert (
            line.execute(
                "SELECT user_id, kind, facts::text, url FROM realtime_notification"
                " GROUP BY 1, 2, 3, 4 HAVING count(*) > 1"
            ).fetchall()
            == []
        )


@pytest.fixture
def release(whole: House) -> Iterator[Callable[[], Release]]:
    """`release()` is another web server on the house's data, as docker/roll.sh brings one up."""
    started: list[Release] = []

    def come_up() -> Release:
        port = free_port()
        words = stack.web_server(port)
        process = subprocess.Popen(words, env=dict(whole.stack.env), cwd=ROOT)
        started.append(Release(port, process))
        wait_until(lambda: stack.answers(port), UP_S, whole.stack.log)
        return started[-1]

    yield come_up
    for one in started:
        one.go()


@machine_of_its_own
def test_a_release_is_put_in_place_and_nobody_notices(
    whole: House, release: Callable[[], Release]
) -> None:
    """F19: the new beside the old, the proxy turns, the old finishes what it has begun."""
    old = release()
    front = Wire(old.port)
    with whole.load(port=front.port) as load:
        front.target = release().port
        old.go()
        load.until_normal()
    front.close()
    assert all(is_good(one) for one in load.history), told(load.history)
    whole.settle()


@machine_of_its_own
def test_control_the_old_goes_before_the_new_is_there(
    whole: House, release: Callable[[], Release]
) -> None:
    old = release()
    front = Wire(old.port)
    with whole.load(port=front.port) as load:
        old.go()
        front.target = release().port
        load.until_normal()
    front.close()
    assert not all(is_good(one) for one in load.history)
    whole.settle()


# What the next release's migrations do, and how they are undone here.
ADDED = (
    "ALTER TABLE courses_lessonnote ADD COLUMN colour text",
    "ALTER TABLE payments_order ADD COLUMN tip_minor bigint NOT NULL DEFAULT 0",
    "CREATE INDEX CONCURRENTLY note_colour ON courses_lessonnote (colour)",
)
TAKEN_BACK = (
    "ALTER TABLE courses_lessonnote DROP COLUMN IF EXISTS colour",
    "ALTER TABLE payments_order DROP COLUMN IF EXISTS tip_minor",
)
# Django's AddField with a default that the database does not keep.
UNSAFE = "ALTER TABLE courses_lessonnote ADD COLUMN colour text NOT NULL DEFAULT ''"
FORGOTTEN = "ALTER TABLE courses_lessonnote ALTER COLUMN colour DROP DEFAULT"


@pytest.fixture
def schema(whole: House) -> Iterator[Callable[..., None]]:
    """As migrations are run: two seconds for a lock."""

    def change(*statements: str) -> None:
        with whole.line() as line:
            line.execute(f"SET lock_timeout = {MIGRATION_LOCK_MS}")
            for statement in statements:
                line.execute(statement)

    yield change
    change(*TAKEN_BACK)


def test_old_code_runs_on_the_new_schema(whole: House, schema: Callable[..., None]) -> None:
    """F19: between the migration and the restart."""
    with whole.load() as load:
        schema(*ADDED)
        load.until_normal()
    assert all(is_good(one) for one in load.history), told(load.history)
    whole.settle()


def test_control_a_column_that_old_code_does_not_fill(
    whole: House, schema: Callable[..., None]
) -> None:
    with whole.load() as load:
        schema(UNSAFE, FORGOTTEN)
        load.wait_for(lambda found: any(not is_good(one) for one in found))
        schema(*TAKEN_BACK)
        load.until_normal()
    whole.settle()


def test_a_migration_that_gets_no_lock_gives_way(whole: House, schema: Callable[..., None]) -> None:
    """Somebody reads for long; the change waits behind them, and everybody behind the change."""
    with whole.load() as load, whole.line() as reader, reader.transaction():
        reader.execute("SELECT count(*) FROM courses_lessonnote")
        with pytest.raises(LockNotAvailable):
            schema(ADDED[0])
        load.until_normal()
    assert all(is_good(one) for one in load.history), told(load.history)
    whole.settle()
