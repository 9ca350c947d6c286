"""The whole stack as processes: what dies comes back, and nothing outlives it."""

import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import psycopg
import pytest

from tutorme.devstack.running import RunningStack, running_stack, wait_until

pytestmark = pytest.mark.processes


@pytest.fixture(scope="module")
def running() -> Iterator[RunningStack]:
    with running_stack() as stack:
        yield stack


def served(running: RunningStack) -> bool:
    """Web says it can do its work: database, migrations, Redis."""
    try:
        return httpx.get(f"{running.base_url}/readyz/", timeout=20).status_code == 200
    except httpx.HTTPError:
        return False


def belonging_to(running: RunningStack) -> list[int]:
    """Every process that carries this stack's sandbox port in its environment, or its data."""
    sign = f"SANDBOX_PORT={running.ports.sandbox}\0".encode()
    data = str(running.place.var).encode()
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if sign in (process / "environ").read_bytes() + b"\0" or data in (
                process / "cmdline"
            ).read_bytes().replace(b"\0", b" "):
                found.append(int(process.name))
        except OSError:
            continue
    return found


def test_everything_answers(running: RunningStack) -> None:
    assert served(running)
    assert httpx.get(f"{running.sandbox_url}/healthz").json() == {"ok": True}
    assert {"postgres", "valkey", "sandbox", "web", "stream", "worker", "beat"} == set(
        running.pids()
    )
    assert "No changes detected" in running.manage("makemigrations", "--check", "--dry-run")


@pytest.mark.parametrize("name", ["web", "worker", "valkey", "postgres"])
def test_what_is_killed_comes_back(running: RunningStack, name: str) -> None:
    old = running.kill(name)
    new = running.wait_restarted(name, old)
    assert new != old
    wait_until(lambda: served(running), 60, running.log)
    with psycopg.connect(running.env["DATABASE_URL"]) as connection:
        applied = connection.execute("SELECT count(*) FROM django_migrations").fetchone()
    assert applied is not None
    assert applied[0] > 10


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_nothing_outlives_the_supervisor(number: signal.Signals) -> None:
    """SIGKILL of the supervisor itself: the kernel tells the children."""
    with running_stack(without=("sandbox",)) as running:
        wait_until(lambda: served(running), 60, running.log)
        assert len(belonging_to(running)) > 6
        os.kill(running.supervisor.pid, number)
        running.supervisor.wait(timeout=30)
        give_up_at = time.monotonic() + 20
        while belonging_to(running) and time.monotonic() < give_up_at:
            time.sleep(0.1)
        assert belonging_to(running) == []
