"""PostgreSQL and Valkey of these tests' own, started as `make run` starts them, but by us: they are
stopped, killed, frozen and started again while the applications run."""

import contextlib
import os
import signal
import subprocess
import time
from dataclasses import dataclass, field
from pathlib import Path

import psycopg

from tutorme.devstack import postgres, valkey
from tutorme.devstack.place import Place
from tutorme.devstack.programs import Child, Program, spawn
from tutorme.devstack.running import starting_point


@dataclass
class Server:
    program: Program
    child: Child | None = field(default=None)

    def start(self) -> None:
        with Path(os.devnull).open("wb") as nowhere:
            self.child = spawn(self.program, nowhere)
        ends_at = time.monotonic() + 60
        while not self.program.ready():
            assert time.monotonic() < ends_at, f"{self.program.name} does not start"
            time.sleep(0.05)

    def end(self, number: signal.Signals) -> None:
        """Signals the leader and waits until nothing of it is left."""
        assert self.child is not None
        os.kill(self.child.pid, number)
        self._gone()

    def kill(self) -> None:
        """kill -9 of the leader and all its children, as a machine's memory killer would."""
        assert self.child is not None
        self.signal_all(signal.SIGKILL)
        self._gone()

    def signal_all(self, number: signal.Signals) -> None:
        assert self.child is not None
        for pid in [self.child.pid, *children_of(self.child.pid)]:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, number)

    def _gone(self) -> None:
        assert self.child is not None
        self.child.process.wait(timeout=60)
        self.child = None


def children_of(pid: int) -> list[int]:
    found = subprocess.run(["ps", "--ppid", str(pid), "-o", "pid="], capture_output=True, text=True)
    return [int(word) for word in found.stdout.split()]


@dataclass
class DataServers:
    place: Place
    postgres: Server
    valkey: Server

    @classmethod
    def at(cls, place: Place) -> "DataServers":
        place.prepare()
        return cls(place, Server(postgres.program(place)), Server(valkey.program(place)))

    def start(self) -> None:
        self.postgres.start()
        self.valkey.start()
        postgres.create_database(self.place, dump=starting_point())

    def restart(self, program: Program) -> None:
        """PostgreSQL once more, as `program`."""
        if self.postgres.child is not None:
            self.postgres.end(signal.SIGINT)
        self.postgres.program = program
        self.postgres.start()

    def stop(self) -> None:
        for server in (self.postgres, self.valkey):
            if server.child is not None:
                server.signal_all(signal.SIGCONT)
                server.end(signal.SIGTERM if server is self.valkey else signal.SIGINT)

    @property
    def postgres_socket(self) -> Path:
        return self.place.postgres_sockets / ".s.PGSQL.5432"

    @property
    def valkey_socket(self) -> Path:
        return valkey.socket_path(self.place)

    def connect(self, name: str = "tutorme") -> "psycopg.Connection[tuple[object, ...]]":
        """Beside every wire."""
        return psycopg.connect(postgres.url(self.place, name), autocommit=True)
