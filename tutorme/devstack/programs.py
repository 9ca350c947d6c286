"""One program and one running child of it. Children never outlive the supervisor.

The supervisor has to start children from its main thread: Linux sends the death signal when the
thread that forked ends.
"""

import contextlib
import ctypes
import os
import pwd
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

_PR_SET_PDEATHSIG = 1
_LIBC = ctypes.CDLL(None) if sys.platform == "linux" else None


def _nothing() -> None:
    return


def _yes() -> bool:
    return True


@dataclass(frozen=True)
class Program:
    """`ready` is asked until it says yes; `prepare` runs before every start; `once` ends by itself.

    A line with one of `mute` in it is not shown.
    """

    name: str
    argv: list[str]
    env: Mapping[str, str]
    ready: Callable[[], bool] = _yes
    ready_seconds: float = 180
    prepare: Callable[[], None] = _nothing
    stop_signal: signal.Signals = signal.SIGTERM
    stop_seconds: float = 10
    holds_data: bool = False
    once: bool = False
    mute: tuple[str, ...] = ()
    user: str | None = None
    cwd: Path | None = None


@dataclass
class Child:
    program: Program
    process: subprocess.Popen[bytes]
    unfinished: bytes = field(default=b"")

    @property
    def pid(self) -> int:
        return self.process.pid

    def signal_group(self, number: signal.Signals) -> None:
        """To the whole group: a gunicorn master killed alone leaves workers on the port."""
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.pid, number)

    def ask_to_stop(self) -> None:
        """To the leader alone; it knows how to bring its own children home."""
        if self.process.poll() is None:
            self.process.send_signal(self.program.stop_signal)


def spawn(program: Program, output: int | IO[Any] | None = subprocess.PIPE) -> Child:
    program.prepare()
    process = subprocess.Popen(
        program.argv,
        env=dict(program.env),
        cwd=program.cwd,
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=subprocess.STDOUT,
        start_new_session=True,
        preexec_fn=dies_with_us(program.stop_signal),
        **_identity(program.user),
    )
    return Child(program, process)


def dies_with_us(number: signal.Signals) -> Callable[[], None]:
    """For `preexec_fn`: the kernel sends `number` when we end, even by SIGKILL (Linux)."""
    parent = os.getpid()

    def after_fork() -> None:
        if _LIBC is not None:
            _LIBC.prctl(_PR_SET_PDEATHSIG, int(number), 0, 0, 0)
            if os.getppid() != parent:
                os._exit(1)

    return after_fork


def _identity(user: str | None) -> dict[str, Any]:
    return {"user": user, "group": primary_group(user), "extra_groups": []} if user else {}


def primary_group(user: str) -> int:
    return pwd.getpwnam(user).pw_gid
