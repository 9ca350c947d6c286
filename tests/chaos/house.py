"""The whole of TutorMe with a wire in front of everything it depends on.

    web, stream, worker, beat ──wire──▶ PostgreSQL
                              ──wire──▶ Valkey
                              ──wire──▶ the providers' stand-ins (HTTP)
                              ──wire──▶ the mail server

It is `make run` itself in another place (tutorme.devstack.running), on data servers that are ours
to stop, and looks for what became of every acknowledged write at the end of every scenario.
"""

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg

from tests.chaos import sweep
from tests.chaos.load import Answer, Load, School
from tests.chaos.proxy import Wire
from tests.chaos.servers import DataServers
from tutorme.core.patience import LONGEST_SILENCE_S
from tutorme.devstack import place
from tutorme.devstack.place import ROOT
from tutorme.devstack.running import RunningStack, running_stack

# Nobody waits longer for an answer. What the product allows for a silent database, and for a busy
# machine much more: without patience of its own it would be for ever.
SOON_S = LONGEST_SILENCE_S + 30
# A program of ours comes up, or does what has waited for it; on a busy machine no sooner.
UP_S = 240.0


@dataclass
class House:
    stack: RunningStack
    data: DataServers
    database: Wire
    redis: Wire
    providers: Wire
    mail: Wire
    school: School
    history: Path
    acknowledged: list[Answer] = field(default_factory=list)

    @property
    def port(self) -> int:
        return self.stack.ports.web

    @contextmanager
    def load(
        self,
        *,
        buying: bool = False,
        port: int = 0,
        people: list[dict[str, Any]] | None = None,
    ) -> Iterator[Load]:
        """Steady load, on another port where one is named, over TLS where `people` have their
        tokens from there; what it was told counts from then on."""
        payers_port = self.stack.ports.sandbox
        asks = self.school.asks(buying=buying, people=people)
        secure = people is not None
        with Load(port or self.port, payers_port, asks, self.history, secure=secure) as load:
            load.until_normal()
            yield load
        self.acknowledged += load.history

    def line(self) -> "psycopg.Connection[tuple[object, ...]]":
        return self.data.connect()

    def wires(self) -> tuple[Wire, ...]:
        return self.database, self.redis, self.providers, self.mail

    def run(self, module: str, *arguments: str, **more: str) -> str:
        """A module of these tests on the house's data; what it printed."""
        done = subprocess.run(
            [sys.executable, "-m", f"tests.chaos.{module}", *arguments],
            env={**self.stack.env, **more},
            cwd=ROOT,
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, done.stderr[-3000:]
        return done.stdout

    def settle(self, *, within_s: float = 90) -> None:
        """Every scenario ends here: nothing lost, nothing left, nothing given up."""
        with self.line() as line:
            assert sweep.lost(line, self.acknowledged) == []
            sweep.until_quiet(line, self.acknowledged, within_s=within_s)
            assert sweep.given_up(line) == []

    def keeps_its_promises(self) -> None:
        """All scenarios together end here; the look takes a process of its own."""
        assert sweep.broken_promises(self.stack) == {}
        assert sweep.miscounted(self.stack) == {}


@contextmanager
def house() -> Iterator[House]:
    where = place.temporary()
    data = DataServers.at(where)
    try:
        data.start()
        wires = [Wire(data.postgres_socket), Wire(data.valkey_socket), Wire(), Wire()]
        with running_stack(without=("demo",), env=_addresses(wires)) as stack:
            database, redis, providers, mail = wires
            providers.target, mail.target = stack.ports.sandbox, stack.smtp_port
            made = subprocess.run(
                [sys.executable, "-m", "tests.chaos.seed"],
                env=dict(stack.env),
                cwd=ROOT,
                check=True,
                stdout=subprocess.PIPE,
            )
            school = School(json.loads(made.stdout))
            history = where.var / "history.jsonl"
            yield House(stack, data, database, redis, providers, mail, school, history)
            for wire in wires:
                wire.set("pass")
        for wire in wires:
            wire.close()
    finally:
        data.stop()
        shutil.rmtree(where.var, ignore_errors=True)


def _addresses(wires: list[Wire]) -> Mapping[str, str]:
    database, redis, providers, mail = (wire.port for wire in wires)
    return {
        "DEBUG": "0",
        "DJANGO_SETTINGS_MODULE": "tests.chaos.settings",
        "DATABASE_URL": f"postgres://postgres@127.0.0.1:{database}/tutorme",
        "REDIS_URL": f"redis://127.0.0.1:{redis}/0",
        "SANDBOX_URL": f"http://127.0.0.1:{providers}",
        "PAYPAL_BASE_URL": f"http://127.0.0.1:{providers}/paypal",
        "SMTP_HOST": "127.0.0.1",
        "SMTP_PORT": str(mail),
        "SMTP_TLS": "0",
        # Tokens outlast the storm, and a mail that could not go is tried again soon.
        "ACCESS_TOKEN_SECONDS": "7200",
        "EMAIL_RETRY_DELAY": "2",
        "MAX_EMAIL_RETRY_ATTEMPTS": "30",
    }
