"""F1 to F4: PostgreSQL is restarted, killed, frozen, full and held, while people work."""

import signal
import threading
import time
from collections import Counter

import psycopg
import pytest
from psycopg_pool import ConnectionPool

from tests.chaos.house import SOON_S, House
from tests.chaos.load import NOT_NOW, Answer, Ask, is_good, send, told
from tests.chaos.proxy import Wire
from tests.chaos.servers import DataServers
from tutorme.core import patience
from tutorme.core.patience import PatientConnection

pytestmark = [pytest.mark.slow, pytest.mark.processes]


def only_told_to_wait(answers: list[Answer]) -> None:
    """Done, or 503 that says when to come again; never our own error, never nothing."""
    wrong = [one for one in answers if not is_good(one) and one.status != NOT_NOW]
    assert not wrong, told(wrong)
    refused = [one for one in answers if one.status == NOT_NOW]
    assert all(one.retry_after for one in refused), told(refused)
    assert max(one.seconds for one in answers) < SOON_S, told(answers)


def probe(home: House, path: str) -> Answer:
    return send(home.port, Ask("probe", "GET", path))


def test_restarted_three_times_under_load(whole: House) -> None:
    """F1."""
    pids = whole.stack.pids()
    server = whole.data.postgres
    with whole.load() as load:
        for _ in range(3):
            server.end(signal.SIGINT)
            load.until_refused()
            assert probe(whole, "/healthz/").status == 200
            assert probe(whole, "/readyz/").status == NOT_NOW
            server.start()
            load.until_normal()
    only_told_to_wait(load.history)
    assert Counter(one.status for one in load.history)[NOT_NOW] > 0, told(load.history)
    assert whole.stack.pids() == pids, "nothing was restarted for it"
    whole.settle()


def test_killed_with_everything_it_is(whole: House) -> None:
    """F2: kill -9 of the leader and of every backend, twice."""
    with whole.load() as load:
        for _ in range(2):
            whole.data.postgres.kill()
            load.until_refused()
            whole.data.postgres.start()
            load.until_normal()
    only_told_to_wait(load.history)
    whole.settle()


def test_frozen(whole: House) -> None:
    """F3: its processes stand still; no limit of its own can end a statement."""
    with whole.load() as load:
        whole.data.postgres.signal_all(signal.SIGSTOP)
        try:
            load.until_refused()
            alive = probe(whole, "/healthz/")
            assert (alive.status, alive.seconds < SOON_S) == (200, True), alive
            assert probe(whole, "/readyz/").status == NOT_NOW
        finally:
            whole.data.postgres.signal_all(signal.SIGCONT)
        load.until_normal()
    only_told_to_wait(load.history)
    whole.settle()


def test_a_table_held_and_every_place_taken(whole: House) -> None:
    """F4: somebody holds the bookings, and idle sessions take every connection there is."""
    with whole.load() as load:
        with whole.data.connect() as holder, holder.transaction():
            holder.execute("LOCK TABLE booking_booking IN ACCESS EXCLUSIVE MODE")
            began = time.monotonic()
            load.wait_for(
                lambda found: any(a.kind == "booking" and a.status == NOT_NOW for a in found)
            )
            others = [a for a in load.since(began) if a.kind in {"note", "shelf", "message"}]
        assert all(is_good(one) for one in others), told(others)
        load.until_normal()
        idle = take_every_place(whole.data)
        try:
            # Who has a connection goes on.
            load.wait_for(lambda found: any(is_good(one) for one in found))
        finally:
            for one in idle:
                one.close()
        load.until_normal()
    only_told_to_wait(load.history)
    whole.settle()


def take_every_place(data: DataServers) -> list["psycopg.Connection[tuple[object, ...]]"]:
    taken = []
    while True:
        try:
            taken.append(data.connect())
        except psycopg.OperationalError:
            return taken


# Controls ----------------------------------------------------------------------------------------


def pool_of(wire: Wire, *, checked: bool) -> ConnectionPool:
    """As Django makes it; `checked` is CONN_HEALTH_CHECKS."""
    return ConnectionPool(
        f"postgres://postgres@127.0.0.1:{wire.port}/tutorme",
        min_size=2,
        timeout=5,
        check=ConnectionPool.check_connection if checked else None,
        open=True,
    )


@pytest.mark.parametrize("checked", [True, False])
def test_control_without_the_check_a_restart_is_felt_afterwards(
    whole: House, *, checked: bool
) -> None:
    with pool_of(whole.database, checked=checked) as pool:
        pool.wait()
        whole.data.postgres.end(signal.SIGINT)
        whole.data.postgres.start()
        try:
            with pool.connection() as line:
                line.execute("SELECT 1")
            felt = False
        except psycopg.OperationalError:
            felt = True
    assert felt is not checked


@pytest.mark.parametrize("patient", [True, False])
def test_control_without_patience_nobody_ends_the_silence(
    whole: House, monkeypatch: pytest.MonkeyPatch, *, patient: bool
) -> None:
    monkeypatch.setattr(patience, "_longest", [1.0])
    kind = PatientConnection if patient else psycopg.Connection
    line = kind.connect(f"postgres://postgres@127.0.0.1:{whole.database.port}/tutorme")
    ended = threading.Event()

    def ask() -> None:
        try:
            line.execute("SELECT 1")
        except psycopg.OperationalError:
            ended.set()

    whole.database.set("blackhole")
    asking = threading.Thread(target=ask)
    asking.start()
    assert ended.wait(timeout=30 if patient else 4) is patient
    whole.database.set("pass")
    asking.join(timeout=10)
    line.close()
