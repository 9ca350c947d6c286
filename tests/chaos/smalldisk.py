"""PostgreSQL with a small disk for some of its tables, in a mount namespace of the server's own:
what is mounted goes with it."""

import os
import pwd
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import psycopg
import pytest

from tests.chaos.servers import DataServers
from tutorme.devstack.programs import Program, primary_group

# What the load writes; their indexes and everything else stay where there is room.
TABLES = ("courses_lessonnote", "realtime_message", "core_outboxevent", "core_outboxdelivery")
_SIZE = "size=6m,mode=700"


@dataclass
class SmallDisk:
    """The folder as the server sees it; others look through its process."""

    seen: Path

    @property
    def _ballast(self) -> Path:
        return self.seen / "ballast"

    def fill(self) -> None:
        with self._ballast.open("wb", buffering=0) as file:
            try:
                while True:
                    file.write(b"\0" * 4096)
            except OSError:
                return

    def empty(self) -> None:
        self._ballast.unlink(missing_ok=True)


def words(folder: Path, user: str | None) -> list[str]:
    """What goes before the server's own words."""
    if user:
        who = [f"--reuid={user}", f"--regid={primary_group(user)}", "--clear-groups"]
        owner = f"uid={pwd.getpwnam(user).pw_uid},gid={primary_group(user)}"
        mount = f"mount -t tmpfs -o {_SIZE},{owner} none {folder}"
        into = ["setpriv", "--pdeathsig=INT", *who]
        apart = ["unshare", "--mount", "--propagation=private"]
    else:
        # PostgreSQL refuses to be root, even of a namespace: within it, we are ourselves again.
        mine = [f"--map-user={os.geteuid()}", f"--map-group={os.getegid()}"]
        mount = f"mount -t tmpfs -o {_SIZE} none {folder}"
        into = ["unshare", "--user", *mine, "setpriv", "--pdeathsig=INT"]
        apart = ["unshare", "--user", "--map-root-user", "--mount"]
    return [*apart, "sh", "-c", f'{mount} && exec "$@"', "sh", *into]


def on_small_disk(program: Program, folder: Path) -> Program:
    return replace(program, argv=[*words(folder, program.user), *program.argv], user=None)


def may_mount(program: Program, folder: Path) -> bool:
    if not shutil.which("unshare"):
        return False
    tried = subprocess.run([*words(folder, program.user), "true"], capture_output=True, check=False)
    return tried.returncode == 0


@contextmanager
def some_tables_on(data: DataServers) -> Iterator[SmallDisk]:
    """The server is restarted before and after."""
    server, usual = data.postgres, data.postgres.program
    folder = data.place.var / "small"
    folder.mkdir(exist_ok=True)
    if not may_mount(usual, folder):
        pytest.skip("this machine lets nobody mount a small disk (unshare --mount)")
    data.restart(on_small_disk(usual, folder))
    try:
        with data.connect() as line:
            line.execute(f"CREATE TABLESPACE small LOCATION '{folder}'")
            _move(line, "small")
        assert server.child is not None
        disk = SmallDisk(Path(f"/proc/{server.child.pid}/root{folder}"))
        try:
            yield disk
        finally:
            disk.empty()
            with data.connect() as line:
                _move(line, "pg_default")
                line.execute("DROP TABLESPACE small")
    finally:
        data.restart(usual)


def _move(line: "psycopg.Connection[tuple[object, ...]]", where: str) -> None:
    for table in TABLES:
        line.execute(f"ALTER TABLE {table} SET TABLESPACE {where}")
