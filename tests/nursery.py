"""Processes to be killed, born quickly: a program is loaded once and each is a fork of it.

    with nursery("tests.payments.dying", SANDBOX_URL=…) as born:
        child = born("3", "refund", order_id)    # main(["3", "refund", …]) of that module
        child.kill()                             # a process of its own, with an end of its own
        assert child.wait() == -9

`python -m tests.nursery MODULE` is the program that forks; it has no connection and no thread.
"""

import json
import os
import signal
import subprocess
import sys
import tempfile
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

from django.db import connection

from tutorme.devstack.programs import dies_with_us

ROOT = Path(__file__).resolve().parents[1]
Ask = Callable[[list[Any]], Any]


@dataclass
class Child:
    """`code` is its exit code, or below nothing what killed it, once somebody asked for it."""

    pid: int
    ask: Ask
    said: Callable[[], str]
    code: int | None = None

    def kill(self) -> None:
        if self.code is None:
            os.kill(self.pid, signal.SIGKILL)

    def wait(self) -> int:
        if self.code is None:
            self.code = int(self.ask(["wait", self.pid]))
        return self.code

    def poll(self) -> int | None:
        if self.code is None:
            self.code = self.ask(["poll", self.pid])
        return self.code


@contextmanager
def nursery(module: str, **more: str) -> Iterator[Callable[..., Child]]:
    """Its children work on this run's database."""
    with tempfile.TemporaryFile("w+") as errors:
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.nursery", module],
            env={**os.environ, **_database(), **more},
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
        )

        def said() -> str:
            errors.seek(0)
            return errors.read()[-2000:]

        def ask(words: list[Any]) -> Any:
            assert process.stdin
            assert process.stdout
            process.stdin.write(json.dumps(words) + "\n")
            process.stdin.flush()
            answer = process.stdout.readline()
            assert answer, said()
            return json.loads(answer)

        with process:
            yield lambda *arguments: Child(ask(["born", *map(str, arguments)]), ask, said)


def _database() -> dict[str, str]:
    facts = connection.settings_dict
    socket = str(facts["HOST"]).replace("/", "%2F")
    url = f"postgres://{facts['USER']}@{socket}/{facts['NAME']}"
    return {"DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "tutorme.settings.base"}


# The program -------------------------------------------------------------------------------------


def born(main: Callable[[list[str]], int], arguments: list[str]) -> int:
    dies = dies_with_us(signal.SIGKILL)
    if pid := os.fork():
        return pid
    code = 1
    try:
        dies()
        code = main(arguments)
    except BaseException:  # noqa: BLE001  whatever it is, it must not reach the parent's loop
        traceback.print_exc()
    finally:
        sys.stderr.flush()
        os._exit(code)


def ended(pid: int, *, at_once: bool) -> int | None:
    found, status = os.waitpid(pid, os.WNOHANG if at_once else 0)
    return os.waitstatus_to_exitcode(status) if found else None


def serve(module: str) -> None:
    main = import_module(module).main
    for line in sys.stdin:
        match json.loads(line):
            case ["born", *arguments]:
                answer: object = born(main, [str(word) for word in arguments])
            case [word, pid]:
                answer = ended(int(pid), at_once=word == "poll")
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    serve(sys.argv[1])
