"""Real PostgreSQL and Valkey: leftovers, stale pid files, crashes."""

import os
import signal
import subprocess
import time

import psycopg
import pytest

from tutorme.devstack import postgres, programs, valkey
from tutorme.devstack.place import Place
from tutorme.devstack.supervisor import Supervisor


@pytest.fixture
def prepared(where: Place) -> Place:
    where.prepare()
    return where


def test_a_database_survives_kill_nine(prepared: Place, supervisor: Supervisor) -> None:
    supervisor.start([postgres.program(prepared)])
    postgres.create_database(prepared)
    postgres.create_database(prepared)  # the second time it is there
    with psycopg.connect(postgres.url(prepared)) as connection:
        connection.execute("CREATE EXTENSION pg_trgm")
        letters = connection.execute("SELECT show_trgm('Équations')").fetchone()
        assert letters == connection.execute("SELECT show_trgm('équations')").fetchone()
        assert letters != connection.execute("SELECT show_trgm('quations')").fetchone()
        connection.execute("CREATE TABLE kept AS SELECT generate_series(1, 500)")
    first = supervisor.pids()["postgres"]
    os.kill(first, signal.SIGKILL)
    give_up_at = time.monotonic() + 60
    while not _counts(prepared) and time.monotonic() < give_up_at:
        supervisor.turn(0.1)
    assert _counts(prepared) == 500
    assert supervisor.pids()["postgres"] != first


def test_a_server_of_an_earlier_run_is_stopped_first(
    prepared: Place, supervisor: Supervisor
) -> None:
    """As after a killed supervisor where the kernel sends no signal."""
    program = postgres.program(prepared)
    left_over = programs.spawn(program, subprocess.DEVNULL)
    data = prepared.postgres_home / "data"
    while not postgres.is_ready(data):
        time.sleep(0.02)
    supervisor.start([program])
    assert left_over.process.wait(timeout=30) == 0
    assert supervisor.pids()["postgres"] != left_over.pid


def test_a_pid_file_naming_somebody_else_is_dropped_and_nobody_is_hurt(
    prepared: Place, supervisor: Supervisor
) -> None:
    program = postgres.program(prepared)
    program.prepare()
    bystander = subprocess.Popen(["sleep", "600"], user=program.user)
    try:
        file = prepared.postgres_home / "data" / "postmaster.pid"
        file.write_text(f"{bystander.pid}\n{file.parent}\n0\n5432\n\n\n\nready   \n")
        supervisor.start([program])
        postgres.create_database(prepared)
        assert bystander.poll() is None
    finally:
        bystander.kill()
        bystander.wait()


def test_an_interrupted_layout_is_begun_anew(prepared: Place, supervisor: Supervisor) -> None:
    program = postgres.program(prepared)
    unfinished = prepared.postgres_home / "data.unfinished"
    unfinished.mkdir(parents=True)
    (unfinished / "PG_VERSION").write_text("18\n")
    supervisor.start([program])
    assert not unfinished.exists()


def test_what_valkey_acknowledged_survives_a_restart(prepared: Place) -> None:
    """As `make run` keeps it; a throwaway one forgets."""
    kept = Place(prepared.var)
    for expected in (b"$-1\r\n", b"$3\r\nyes\r\n"):
        supervisor = Supervisor()
        supervisor.start([valkey.program(kept)])
        assert valkey.ask(valkey.socket_path(kept), b"GET told\r\n") == expected
        valkey.ask(valkey.socket_path(kept), b"SET told yes\r\n")
        supervisor.stop()


def _counts(prepared: Place) -> int:
    try:
        with psycopg.connect(postgres.url(prepared), connect_timeout=2) as connection:
            row = connection.execute("SELECT count(*) FROM kept").fetchone()
    except psycopg.OperationalError:
        return 0
    return int(row[0]) if row else 0
