"""`make run`: the list of what runs, and the order in which it starts and stops."""

import contextlib
import http.client
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

from tutorme.devstack import environment, locks, postgres, valkey
from tutorme.devstack.environment import Ports
from tutorme.devstack.place import ROOT, CannotGoOn, Place
from tutorme.devstack.ports import require_free
from tutorme.devstack.programs import Program, dies_with_us
from tutorme.devstack.supervisor import StopAskedFor, Supervisor

PYTHON = [sys.executable, "-m"]
QUEUES = "default,mail,render,ai"
# Open streams end when they are told to; nobody waits for them the usual 30 seconds.
_GRACE_SECONDS = 3
# What a page needs: begun while the demo is looked through, and before the others.
_FIRST = frozenset({"sandbox", "web"})
_WARNINGS = {"PYTHONWARNINGS": "ignore::DeprecationWarning,ignore:You're running the worker"}


@dataclass(frozen=True)
class Stack:
    """What to run, where, with which variables. `without` names programs or the demo step."""

    place: Place
    values: Mapping[str, str]
    ports: Ports
    without: frozenset[str] = frozenset()

    @property
    def env(self) -> dict[str, str]:
        return environment.for_run(self.place, self.values, self.ports)


def from_environment(place: Place) -> Stack:
    values = environment.given(None if place.throwaway else ROOT / ".env")
    without = frozenset(values.get("WITHOUT", "").replace(",", " ").split())
    return Stack(place, values, environment.ports(values), without)


def data_programs(place: Place, values: Mapping[str, str]) -> list[Program]:
    """Servers of one's own, named by URL, are not started by us."""
    programs = []
    if not values.get("DATABASE_URL"):
        programs.append(postgres.program(place))
    if not values.get("REDIS_URL"):
        programs.append(valkey.program(place))
    return programs


def app_programs(stack: Stack) -> list[Program]:
    env, at = stack.env, stack.ports
    schedule = stack.place.run / "celerybeat-schedule"
    celery = [*PYTHON, "celery", "--quiet", "-A", "tutorme.celery"]
    quiet = ["--without-gossip", "--without-mingle", "--loglevel", "WARNING"]
    rows: list[tuple[str, list[str], int | None]] = [
        (
            "sandbox",
            _uvicorn("sandbox.app:app", at.sandbox, ws="sandbox.websockets:WebSocket"),
            at.sandbox,
        ),
        ("web", web_server(at.web), at.web),
        ("stream", _uvicorn("tutorme.asgi_stream:application", at.stream), at.stream),
        ("worker", [*celery, "worker", "-Q", QUEUES, "-c", "2", *quiet], None),
        (
            "beat",
            [*celery, "beat", "-s", str(schedule), "--pidfile=", "--loglevel", "WARNING"],
            None,
        ),
    ]
    counters = stack.place.run / "metrics"
    shutil.rmtree(counters, ignore_errors=True)
    counted = {"PROMETHEUS_MULTIPROC_DIR": str(counters)}
    return [
        Program(
            name=name,
            argv=argv,
            env={**env, **_WARNINGS, **(counted if name == "web" else {})},
            ready=lambda port=port: port is None or answers(port),  # type: ignore[misc]
            cwd=ROOT,
        )
        for name, argv, port in rows
        if name not in stack.without
    ]


def web_server(port: int) -> list[str]:
    threads = ["-k", "gthread", "-w", "2", "--threads", "32"]
    grace = ["--graceful-timeout", str(_GRACE_SECONDS), "--no-control-socket"]
    bind = ["-b", f"127.0.0.1:{port}", "--log-level", "warning"]
    return [*PYTHON, "gunicorn", "tutorme.wsgi:application", *threads, *grace, *bind]


def _uvicorn(application: str, port: int, *, ws: str = "none") -> list[str]:
    grace = ["--timeout-graceful-shutdown", str(_GRACE_SECONDS)]
    bind = ["--host", "127.0.0.1", "--port", str(port)]
    quiet = ["--ws", ws, "--no-access-log", "--log-level", "warning"]
    return [*PYTHON, "uvicorn", application, *grace, *bind, *quiet]


def answers(port: int, path: str = "/healthz/") -> bool:
    """Any answer that is not the server's own failure."""
    line = http.client.HTTPConnection("127.0.0.1", port, timeout=1)
    with contextlib.suppress(OSError, http.client.HTTPException), contextlib.closing(line):
        line.request("GET", path)
        with line.getresponse() as answer:
            return answer.status < 500
    return False


def management(stack: Stack, *arguments: str) -> Program:
    return Program(
        name=arguments[0],
        argv=[sys.executable, "manage.py", *arguments],
        env={**stack.env, **_WARNINGS},
        once=True,
        cwd=ROOT,
    )


# Running -----------------------------------------------------------------------------------------


def up(stack: Stack) -> int:
    """Runs until it is told to stop; 0 when it was told, 1 when it could not go on."""
    stack.place.prepare()
    lock = stack.place.run / "lock"
    way_out = "stop it with `make stop`"
    with locks.only_one(lock, "TutorMe", way_out):
        require_free(_ports_in_use(stack))
        supervisor = Supervisor(lambda pids: _remember(stack, pids))
        with supervisor.signals():
            try:
                _start(supervisor, stack)
                supervisor.watch()
            except StopAskedFor:
                supervisor.say("stopping")
                return 0
            except CannotGoOn as error:
                supervisor.say(str(error))
                return 1
            finally:
                supervisor.stop()
                stack.place.state.unlink(missing_ok=True)
    return 0


def _start(supervisor: Supervisor, stack: Stack) -> None:
    began = time.monotonic()
    _stop_leftovers(stack.place)
    supervisor.start(data_programs(stack.place, stack.values))
    if not stack.values.get("DATABASE_URL"):
        postgres.create_database(stack.place, dump=stack.values.get("STARTING_POINT", ""))
    supervisor.say("bringing the tables up to date")
    supervisor.run(management(stack, "migrate", "--verbosity", "0"))
    programs = app_programs(stack)
    first = [program for program in programs if program.name in _FIRST]
    supervisor.begin(first)
    if "demo" not in stack.without:
        supervisor.say("loading the demo")
        supervisor.run(management(stack, "seed_demo"))
    supervisor.wait_for(first)
    supervisor.start(program for program in programs if program.name not in _FIRST)
    _remember(stack, supervisor.pids(), ready=True)
    supervisor.say(f"TutorMe is at {stack.env['PUBLIC_BASE_URL']}/  (mail and PayPal stand-ins:")
    supervisor.say(f"  {stack.env['SANDBOX_URL']}/); Ctrl-C stops it")
    if "demo" not in stack.without:
        supervisor.run(management(stack, "demo_subscriptions"))
        supervisor.run(management(stack, "demo_logins"))
    supervisor.say(f"ready in {time.monotonic() - began:.1f} s")


def _ports_in_use(stack: Stack) -> dict[str, int]:
    owner = {"PORT": "web", "STREAM_PORT": "stream"}
    return {
        variable: port
        for variable, port in stack.ports.by_variable().items()
        if owner.get(variable, "sandbox") not in stack.without
    }


def _remember(stack: Stack, pids: dict[str, int], *, ready: bool | None = None) -> None:
    """What `make stop` and the tests read; replaced whole, so nobody reads half of it."""
    file = stack.place.state
    before = read_state(stack.place)
    state = {
        "supervisor": os.getpid(),
        "children": pids,
        "ready": before.get("ready", False) if ready is None else ready,
    }
    if before.get("supervisor") not in (None, os.getpid()):
        state["ready"] = bool(ready)
    unfinished = file.with_suffix(".new")
    unfinished.write_text(json.dumps(state))
    unfinished.rename(file)


def read_state(place: Place) -> dict[str, object]:
    try:
        state: dict[str, object] = json.loads(place.state.read_text())
    except (FileNotFoundError, ValueError):
        return {}
    return state


def _stop_leftovers(place: Place) -> None:
    """Where the kernel tells children nothing (macOS), a killed supervisor's still run."""
    children = read_state(place).get("children")
    for pid in children.values() if isinstance(children, dict) else ():
        if is_ours(pid):
            with contextlib.suppress(OSError):
                os.killpg(pid, signal.SIGTERM)


def is_ours(pid: int) -> bool:
    """A process of ours leads its own group and was started with this checkout's Python."""
    answer = subprocess.run(
        ["ps", "-o", "pgid=,command=", "-p", str(pid)], capture_output=True, text=True, check=False
    ).stdout.split(maxsplit=1)
    return len(answer) == 2 and answer[0] == str(pid) and sys.executable in answer[1]


def stop(place: Place, seconds: float = 40) -> int:
    pid = locks.holder(place.run / "lock")
    if pid is None:
        print("TutorMe is not running from this checkout.")
        return 0
    os.kill(pid, signal.SIGTERM)
    give_up_at = time.monotonic() + seconds
    while locks.holder(place.run / "lock") is not None:
        if time.monotonic() > give_up_at:
            print(f"TutorMe (pid {pid}) is still stopping after {seconds:.0f} s.", file=sys.stderr)
            return 1
        time.sleep(0.1)
    print("TutorMe has stopped; its data is kept.")
    return 0


def clean(place: Place) -> int:
    """Stops, then removes the data, root's PostgreSQL outside the checkout included."""
    code = stop(place)
    if code == 0:
        shutil.rmtree(place.postgres_home, ignore_errors=True)
        shutil.rmtree(place.var, ignore_errors=True)
    return code


# Beside it ---------------------------------------------------------------------------------------


@contextmanager
def data_servers(place: Place, values: Mapping[str, str]) -> Iterator[None]:
    """PostgreSQL and Valkey for the length of one command, quiet."""
    place.prepare()
    supervisor = Supervisor(log=place.run / "data.log")
    try:
        supervisor.start(data_programs(place, values))
        if not values.get("DATABASE_URL"):
            postgres.create_database(place)
        yield
    finally:
        supervisor.stop()


def manage(stack: Stack, arguments: Iterable[str]) -> int:
    """manage.py at the terminal, on the running stack's data or on servers of its own."""
    command = [sys.executable, "manage.py", *arguments]
    if locks.holder(stack.place.run / "lock"):
        return at_terminal(command, stack.env)
    with (
        locks.only_one(stack.place.run / "lock", "TutorMe", "wait for it"),
        data_servers(stack.place, stack.values),
    ):
        return at_terminal(command, stack.env)


def at_terminal(command: list[str], env: Mapping[str, str], seconds: float | None = None) -> int:
    """The command has the terminal; Ctrl-C is its affair, and it does not outlive us."""
    before = signal.signal(signal.SIGINT, lambda _number, _frame: None)
    try:
        return subprocess.run(
            command,
            env=dict(env),
            cwd=ROOT,
            check=False,
            timeout=seconds,
            preexec_fn=dies_with_us(signal.SIGTERM),
        ).returncode
    finally:
        signal.signal(signal.SIGINT, before)
