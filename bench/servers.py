"""What is measured: a database of its own, gunicorn on loopback, and the providers' stand-ins."""

import contextlib
import http.client
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg
from psycopg import sql

from bench import drive

ROOT = Path(__file__).parents[1]
NAME = "tutorme_bench"
WORKERS, THREADS = 2, 8


def beside(url: str, name: str) -> str:
    """The same server, another database."""
    return urlunsplit(urlsplit(url)._replace(path=f"/{name}"))


@contextlib.contextmanager
def database(url: str) -> Iterator[str]:
    """Empty, or a copy of the migrated one that BENCH_TEMPLATE names."""
    template = sql.Identifier(os.environ.get("BENCH_TEMPLATE", "template1"))
    name = sql.Identifier(NAME)
    drop = sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(name)
    with psycopg.connect(beside(url, "postgres"), autocommit=True) as connection:
        connection.execute(drop)
        connection.execute(sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(name, template))
        try:
            yield beside(url, NAME)
        finally:
            connection.execute(drop)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextlib.contextmanager
def web(
    env: dict[str, str], application: str = "tutorme.wsgi:application", probe: str = "/healthz/"
) -> Iterator[drive.Server]:
    port = free_port()
    size = ["-k", "gthread", "-w", str(WORKERS), "--threads", str(THREADS)]
    bind = ["-b", f"127.0.0.1:{port}", "--log-level", "warning", "--no-control-socket"]
    with _running(["gunicorn", application, *size, *bind], env, port, probe) as server:
        yield server


@contextlib.contextmanager
def stand_ins(env: dict[str, str]) -> Iterator[drive.Server]:
    """PayPal and the others, forgetful: what they keep lies in memory."""
    port, mail = free_port(), free_port()
    own = {"SANDBOX_URL": f"http://127.0.0.1:{port}", "SANDBOX_SMTP_PORT": str(mail)}
    words = ["--host", "127.0.0.1", "--port", str(port), "--ws", "none", "--no-access-log"]
    program = ["uvicorn", "sandbox.app:app", *words, "--log-level", "warning"]
    with _running(program, {**env, **own, "SANDBOX_STATE": ""}, port, "/healthz") as server:
        yield server


@contextlib.contextmanager
def _running(
    program: list[str], env: dict[str, str], port: int, probe: str
) -> Iterator[drive.Server]:
    command = [sys.executable, "-m", *program]
    server = subprocess.Popen(command, env=env, cwd=ROOT)  # noqa: S603  our own words
    try:
        _wait_for(port, probe)
        yield drive.Server(port, server.pid)
    finally:
        server.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            server.wait(timeout=60)
        server.kill()
        server.wait()


def _wait_for(port: int, probe: str) -> None:
    """Until the application answers; the port alone is open long before."""
    until = time.monotonic() + 240
    while time.monotonic() < until:
        line = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
        with contextlib.suppress(OSError, http.client.HTTPException):
            if drive.send(line, drive.Ask("GET", probe))[0] == 200:
                return
        line.close()
        time.sleep(0.2)
    raise SystemExit("A server did not come up.")
