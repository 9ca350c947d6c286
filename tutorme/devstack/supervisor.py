"""Starts programs, prefixes their lines, restarts what dies, stops applications before data.

One thread, one loop: `turn()` carries output and reaps; everything that waits waits by turning.
"""

import contextlib
import os
import selectors
import signal
import sys
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

from tutorme.devstack.place import CannotGoOn
from tutorme.devstack.programs import Child, Program, spawn

BACKOFF_SECONDS = (0.2, 0.5, 1.0, 2.0, 4.0)
DEATHS_ALLOWED = 5
WINDOW_SECONDS = 60.0
_WIDTH = 12
_COLOURS = (36, 33, 35, 32, 34, 31, 96)
_STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class StopAskedFor(Exception):
    """Ctrl-C, SIGTERM or SIGHUP arrived."""


class Supervisor:
    """`changed` hears the pids after every start and end; with `log`, output goes there alone."""

    def __init__(
        self,
        changed: Callable[[dict[str, int]], None] = lambda _pids: None,
        log: Path | None = None,
    ) -> None:
        self._log = log
        self._children: dict[str, Child] = {}
        self._deaths: dict[str, deque[float]] = {}
        self._restart_at: dict[str, tuple[float, Program]] = {}
        self._changed = changed
        self._selector = selectors.DefaultSelector()
        self._stops_asked = 0
        self._stopping = False
        self._last_lines: dict[str, deque[str]] = {}

    # Signals -----------------------------------------------------------------------------------

    @contextmanager
    def signals(self) -> Iterator[None]:
        """Stop signals become `StopAskedFor` at the next turn; a child's end wakes the loop."""
        reader, writer = os.pipe()
        os.set_blocking(reader, False)
        os.set_blocking(writer, False)
        self._selector.register(reader, selectors.EVENT_READ, None)
        before = {number: signal.getsignal(number) for number in (*_STOP_SIGNALS, signal.SIGCHLD)}
        for number in _STOP_SIGNALS:
            signal.signal(number, self._on_stop)
        signal.signal(signal.SIGCHLD, lambda _number, _frame: None)
        woken_before = signal.set_wakeup_fd(writer, warn_on_full_buffer=False)
        try:
            yield
        finally:
            signal.set_wakeup_fd(woken_before)
            for number, handler in before.items():
                signal.signal(number, handler)
            self._selector.unregister(reader)
            os.close(reader)
            os.close(writer)

    def _on_stop(self, _number: int, _frame: FrameType | None) -> None:
        self._stops_asked += 1

    # Starting ----------------------------------------------------------------------------------

    def start(self, programs: Iterable[Program]) -> None:
        """All at once; returns when each is ready, raises `CannotGoOn` when one is not."""
        wanted = list(programs)
        self.begin(wanted)
        self.wait_for(wanted)

    def begin(self, programs: Iterable[Program]) -> None:
        """As `start`, for something else to be done until `wait_for`."""
        for program in programs:
            self._spawn(program)

    def wait_for(self, wanted: Iterable[Program]) -> None:
        started_at = time.monotonic()
        waiting = {program.name: program for program in wanted}
        while waiting:
            self.turn(0.05)
            for name, program in list(waiting.items()):
                if self._is_ready(program, time.monotonic() - started_at):
                    del waiting[name]

    def run(self, program: Program) -> None:
        """A step that ends by itself; raises `CannotGoOn` when it fails."""
        child = self._spawn(program)
        while child.process.poll() is None:
            self.turn(0.2)
        self._drain(child)
        del self._children[program.name]
        if child.process.returncode:
            raise CannotGoOn(f"{program.name} failed (exit code {child.process.returncode}).")

    def _spawn(self, program: Program) -> Child:
        self._last_lines[program.name] = deque(maxlen=20)
        if self._log:
            with self._log.open("ab") as file:
                child = spawn(program, file)
        else:
            child = spawn(program)
            assert child.process.stdout is not None
            os.set_blocking(child.process.stdout.fileno(), False)
            self._selector.register(child.process.stdout, selectors.EVENT_READ, child)
        self._children[program.name] = child
        self._changed(self.pids())
        return child

    def _is_ready(self, program: Program, waited: float) -> bool:
        if program.name not in self._children:
            return False  # died, and will be started again
        if program.ready():
            return True
        if waited > program.ready_seconds:
            raise CannotGoOn(f"{program.name} was not ready within {program.ready_seconds:.0f} s.")
        return False

    def pids(self) -> dict[str, int]:
        return {name: child.pid for name, child in self._children.items()}

    # The loop ----------------------------------------------------------------------------------

    def watch(self) -> None:
        """Until a stop is asked for or a program gives up."""
        while True:
            self.turn(1.0)

    def turn(self, seconds: float) -> None:
        for key, _events in self._selector.select(self._patience(seconds)):
            if key.data is None:
                with contextlib.suppress(BlockingIOError):
                    os.read(key.fd, 512)
            else:
                self._carry(key.data)
        if self._stopping:
            return
        if self._stops_asked:
            raise StopAskedFor
        self._bury_the_dead()
        self._restart_due()

    def _patience(self, seconds: float) -> float:
        due = [at - time.monotonic() for at, _program in self._restart_at.values()]
        return max(0.0, min([seconds, *due]))

    def _bury_the_dead(self) -> None:
        for name, child in list(self._children.items()):
            if child.process.poll() is None or child.program.once:
                continue
            self._drain(child)
            child.signal_group(signal.SIGKILL)
            del self._children[name]
            self._plan_restart(child)
            self._changed(self.pids())

    def _plan_restart(self, child: Child) -> None:
        name, now = child.program.name, time.monotonic()
        deaths = self._deaths.setdefault(name, deque(maxlen=DEATHS_ALLOWED))
        deaths.append(now)
        how = _ending(child.process.returncode)
        if len(deaths) == DEATHS_ALLOWED and now - deaths[0] < WINDOW_SECONDS:
            last = " / ".join(list(self._last_lines[name])[-3:])
            raise CannotGoOn(
                f"{name} ended {DEATHS_ALLOWED} times within a minute (last: {how}); giving up. "
                f"Its last words: {last or 'none'}"
            )
        recent = sum(now - death < WINDOW_SECONDS for death in deaths)
        delay = BACKOFF_SECONDS[recent - 1]
        self.say(f"{name} {how}; starting it again in {delay:g} s")
        self._restart_at[name] = (now + delay, child.program)

    def _restart_due(self) -> None:
        for name, (at, program) in list(self._restart_at.items()):
            if at <= time.monotonic():
                del self._restart_at[name]
                self._spawn(program)

    # Output ------------------------------------------------------------------------------------

    def say(self, text: str) -> None:
        self._write("tutorme", text)

    def _carry(self, child: Child) -> None:
        assert child.process.stdout is not None
        try:
            data = os.read(child.process.stdout.fileno(), 65_536)
        except BlockingIOError:
            return
        if not data:
            self._selector.unregister(child.process.stdout)
            child.process.stdout.close()
            return
        *lines, child.unfinished = (child.unfinished + data).split(b"\n")
        for line in lines:
            self._line(child, line)

    def _drain(self, child: Child) -> None:
        stream = child.process.stdout
        while stream and not stream.closed:
            try:
                data = os.read(stream.fileno(), 65_536)
            except BlockingIOError:  # a grandchild still holds the pipe
                data = b""
            if not data:
                self._selector.unregister(stream)
                stream.close()
            child.unfinished += data
        for line in child.unfinished.splitlines():
            self._line(child, line)
        child.unfinished = b""

    def _line(self, child: Child, line: bytes) -> None:
        text = line.decode(errors="replace").rstrip()
        if text and not any(words in text for words in child.program.mute):
            self._last_lines[child.program.name].append(text)
            self._write(child.program.name, text)

    def _write(self, name: str, text: str) -> None:
        prefix = f"{name:<{_WIDTH}}│"
        if sys.stdout.isatty():
            colour = _COLOURS[sum(name.encode()) % len(_COLOURS)]
            prefix = f"\033[{colour}m{prefix}\033[0m"
        with contextlib.suppress(OSError):  # the terminal may be gone (SIGHUP)
            print(prefix, text, flush=True)

    # Stopping ----------------------------------------------------------------------------------

    def stop(self) -> None:
        """Applications first, then data; a third Ctrl-C kills."""
        self._stopping = True
        self._restart_at.clear()
        for holds_data in (False, True):
            tier = [c for c in self._children.values() if c.program.holds_data is holds_data]
            self._stop_tier(tier)
        self._changed({})

    def _stop_tier(self, tier: list[Child]) -> None:
        for child in tier:
            child.ask_to_stop()
        asked_at = time.monotonic()
        alive = list(tier)
        while alive:
            self.turn(0.05)
            waited = time.monotonic() - asked_at
            for child in list(alive):
                if child.process.poll() is not None:
                    self._lay_to_rest(child)
                    alive.remove(child)
                elif waited > child.program.stop_seconds or self._stops_asked > 2:
                    self.say(f"{child.program.name} does not stop; killing it")
                    child.signal_group(signal.SIGKILL)
                    child.process.wait()

    def _lay_to_rest(self, child: Child) -> None:
        self._drain(child)
        child.signal_group(signal.SIGKILL)
        self._children.pop(child.program.name, None)


def _ending(code: int) -> str:
    return f"was killed by {signal.Signals(-code).name}" if code < 0 else f"ended with code {code}"
