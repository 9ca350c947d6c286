"""The whole system, running, for tests that need real processes.

    from tutorme.devstack.running import running_stack

    with running_stack() as stack:                  # free ports, throwaway data, 5 to 10 s
        httpx.get(stack.base_url + "/healthz/")     # also sandbox_url, stream_url, smtp_port
        stack.manage("doctor")                      # manage.py on the stack's data; its output
        old = stack.kill("worker")                  # kill -9 (or another signal); the old pid
        stack.wait_restarted("worker", old)         # the supervisor has started a new one
        stack.pids()                                # {"postgres": …, "web": …, "worker": …}
        stack.env["DATABASE_URL"]                   # to look at rows from outside
        stack.log()                                 # every line of every program so far

`demo=True` loads the demo first; `without=("beat",)` leaves programs out; `env={…}` adds
variables. It is `make run` itself in another place: nothing here is a copy of what that does.
Start it from the main thread: on Linux the stack gets the death signal when that thread ends.
"""

import atexit
import functools
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tutorme.devstack import environment, place, postgres
from tutorme.devstack.environment import Ports
from tutorme.devstack.place import ROOT, CannotGoOn, Place
from tutorme.devstack.ports import any_free
from tutorme.devstack.programs import dies_with_us

# What a test run sets for itself and a stack of its own must not inherit.
_NOT_INHERITED = (
    "DATABASE_URL REDIS_URL DJANGO_SETTINGS_MODULE MEDIA_ROOT SANDBOX_URL SANDBOX_WEBHOOK_URL "
    "PUBLIC_BASE_URL PAYPAL_BASE_URL SMTP_HOST SMTP_PORT SMTP_TLS WITHOUT DEBUG STREAM_URL"
).split()


@dataclass
class RunningStack:
    place: Place
    ports: Ports
    env: Mapping[str, str]
    supervisor: subprocess.Popen[bytes]
    log_path: Path

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self.ports.web}"

    @property
    def stream_url(self) -> str:
        return f"http://127.0.0.1:{self.ports.stream}"

    @property
    def sandbox_url(self) -> str:
        return f"http://127.0.0.1:{self.ports.sandbox}"

    @property
    def smtp_port(self) -> int:
        return self.ports.smtp

    def pids(self) -> dict[str, int]:
        children: dict[str, int] = self._state().get("children", {})
        return children

    def kill(self, name: str, number: signal.Signals = signal.SIGKILL) -> int:
        """Signals a program's leading process; returns its pid."""
        pid = self.pids()[name]
        os.kill(pid, number)
        return pid

    def wait_restarted(self, name: str, old_pid: int, seconds: float = 30) -> int:
        """Waits for another pid of that name (started, not yet ready) and returns it."""
        wait_until(lambda: self.pids().get(name, old_pid) != old_pid, seconds, self.log)
        return self.pids()[name]

    def manage(self, *arguments: str) -> str:
        """Runs manage.py on the stack's data; raises `CalledProcessError` when it fails."""
        command = [sys.executable, "manage.py", *arguments]
        return subprocess.run(
            command, env=dict(self.env), cwd=ROOT, check=True, capture_output=True, text=True
        ).stdout

    def log(self) -> str:
        return self.log_path.read_text(errors="replace")

    def is_ready(self) -> bool:
        if self.supervisor.poll() is not None:
            raise CannotGoOn(f"The stack ended while it was starting:\n{self.log()}")
        return bool(self._state().get("ready"))

    def stop(self) -> None:
        if self.supervisor.poll() is None:
            self.supervisor.terminate()
            try:
                self.supervisor.wait(timeout=60)
            except subprocess.TimeoutExpired:
                self.supervisor.kill()
                self.supervisor.wait()

    def _state(self) -> dict[str, dict[str, int]]:
        try:
            state: dict[str, dict[str, int]] = json.loads(self.place.state.read_text())
        except FileNotFoundError:
            return {}
        return state


@contextmanager
def running_stack(
    *,
    demo: bool = False,
    without: tuple[str, ...] = (),
    env: Mapping[str, str] | None = None,
    ready_seconds: float = 300,
) -> Iterator[RunningStack]:
    """Yields when every program answers; stops all and removes the data at the end."""
    where = place.temporary()
    left_out = without if demo else (*without, "demo")
    running = launch(where, without=left_out, extra=env or {})
    try:
        wait_until(running.is_ready, ready_seconds, running.log)
        yield running
    finally:
        running.stop()
        shutil.rmtree(where.var, ignore_errors=True)


def starting_point() -> str:
    """A file with the migrated database `make test` has made, so that a stack of its own need not
    migrate for a minute; empty where there is none."""
    template, address = (os.environ.get(n, "") for n in ("TEST_DATABASE_TEMPLATE", "DATABASE_URL"))
    return _dumped(address, template) if template and address else ""


@functools.cache
def _dumped(address: str, template: str) -> str:
    folder = Path(tempfile.mkdtemp(prefix="tutorme-dump-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    postgres.dump_of(address, template, folder / "migrated.sql")
    return str(folder / "migrated.sql")


def launch(
    where: Place, *, without: tuple[str, ...] = (), extra: Mapping[str, str] | None = None
) -> RunningStack:
    """Starts one there, on free ports, and returns at once; whoever asked stops it, and may start
    it again on the same data."""
    at = Ports(*any_free(4))
    inherited = {k: v for k, v in os.environ.items() if v and k not in _NOT_INHERITED}
    numbers = {name: str(port) for name, port in at.by_variable().items()}
    own = {"WITHOUT": " ".join(without), "STARTING_POINT": starting_point()}
    values = {**inherited, **(extra or {}), **numbers, **own}
    log_path = where.var / "log"
    with log_path.open("wb") as log:
        supervisor = subprocess.Popen(
            [sys.executable, "-m", "tutorme.devstack", "up", "--throwaway", str(where.var)],
            env=values,
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            preexec_fn=dies_with_us(signal.SIGTERM),
        )
    env = environment.for_run(where, values, at)
    return RunningStack(where, at, env, supervisor, log_path)


def wait_until(condition: Callable[[], bool], seconds: float, log: Callable[[], str]) -> None:
    """Raises `CannotGoOn` with the log when the condition does not come true in time."""
    give_up_at = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > give_up_at:
            raise CannotGoOn(f"Not within {seconds:.0f} s. The log so far:\n{log()}")
        time.sleep(0.05)
