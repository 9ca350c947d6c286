"""Ports asked for before anything starts, so that a clash is one sentence, not a traceback."""

import contextlib
import socket
import subprocess
from collections.abc import Mapping
from pathlib import Path

from tutorme.devstack.place import CannotGoOn

_LISTENING = "0A"


def require_free(ports: Mapping[str, int]) -> None:
    """Raises `CannotGoOn` naming the first taken port, its owner and the way out."""
    for variable, port in ports.items():
        if not is_free(port):
            raise CannotGoOn(
                f"Port {port} is taken by {owner(port)}: stop it, or choose another with "
                f"`make run {variable}={next_free(port + 10)}`."
            )


def is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def next_free(start: int) -> int:
    return next(port for port in range(min(start, 64_000), 65_536) if is_free(port))


def any_free(count: int) -> list[int]:
    """Ports nobody uses now, all different."""
    probes = [socket.socket() for _ in range(count)]
    try:
        for probe in probes:
            probe.bind(("127.0.0.1", 0))
        return [probe.getsockname()[1] for probe in probes]
    finally:
        for probe in probes:
            probe.close()


def owner(port: int) -> str:
    pid = _owner_by_proc(port) if Path("/proc/net/tcp").exists() else _owner_by_lsof(port)
    return f"pid {pid} ({command_of(pid)})" if pid else "a process of another user"


def command_of(pid: int, limit: int = 100) -> str:
    """The command line, shortened; empty when there is no such process."""
    try:
        words = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
        text = b" ".join(words).decode(errors="replace").strip()
    except OSError:
        ps = ["ps", "-o", "command=", "-p", str(pid)]
        text = subprocess.run(ps, capture_output=True, text=True, check=False).stdout.strip()
    return text if len(text) <= limit else text[: limit - 1] + "…"


def _owner_by_proc(port: int) -> int | None:
    inodes = {
        f"socket:[{fields[9]}]"
        for table in ("/proc/net/tcp", "/proc/net/tcp6")
        for fields in _rows(Path(table))
        if fields[3] == _LISTENING and int(fields[1].rsplit(":", 1)[1], 16) == port
    }
    for process in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            for descriptor in (process / "fd").iterdir():
                if str(descriptor.readlink()) in inodes:
                    return int(process.name)
    return None


def _rows(table: Path) -> list[list[str]]:
    if not table.exists():
        return []
    return [line.split() for line in table.read_text().splitlines()[1:]]


def _owner_by_lsof(port: int) -> int | None:
    lsof = ["lsof", "-nP", "-t", f"-iTCP:{port}", "-sTCP:LISTEN"]
    try:
        found = subprocess.run(lsof, capture_output=True, text=True, check=False).stdout.split()
    except FileNotFoundError:
        return None
    return int(found[0]) if found else None
