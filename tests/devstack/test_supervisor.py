"""Restart, backoff, giving up, the order of stopping, and no orphans."""

import os
import signal
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tutorme.devstack import ports
from tutorme.devstack.place import CannotGoOn
from tutorme.devstack.programs import Program
from tutorme.devstack.supervisor import Supervisor

FAMILY = """
from pathlib import Path
from tutorme.devstack.programs import Program
from tutorme.devstack.supervisor import Supervisor, StopAskedFor
import os, signal
ours = Path({directory!r})
note = ours / "grandchild"
nest = f"sleep 600 & echo $! > {{note}}; trap 'kill $!; exit' TERM; wait"
supervisor = Supervisor()
with supervisor.signals():
    try:
        supervisor.start([Program("nest", ["sh", "-c", nest], os.environ,
                                  ready=lambda: note.exists() and note.read_text()),
                          Program("plain", ["sleep", "600"], os.environ)])
        print("READY", *supervisor.pids().values(), note.read_text())
        supervisor.watch()
    except StopAskedFor:
        print("STOPPING")
    finally:
        supervisor.stop()
"""


def sleeper(name: str = "sleeper", **more) -> Program:
    return Program(name, ["sleep", "600"], dict(os.environ), **more)


def shell(name: str, text: str, **more) -> Program:
    return Program(name, ["sh", "-c", text], dict(os.environ), **more)


def turn_until(supervisor: Supervisor, condition: Callable[[], bool], seconds: float = 60) -> None:
    give_up_at = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < give_up_at, "it did not come true"
        supervisor.turn(0.02)


def alive(pid: int) -> bool:
    """Zombies are dead."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


def gone(pids: list[int], seconds: float = 60) -> bool:
    give_up_at = time.monotonic() + seconds
    while any(map(alive, pids)) and time.monotonic() < give_up_at:
        time.sleep(0.05)
    return not any(map(alive, pids))


def test_a_killed_program_is_started_again(supervisor: Supervisor, capsys) -> None:
    supervisor.start([sleeper()])
    first = supervisor.pids()["sleeper"]
    os.kill(first, signal.SIGKILL)
    turn_until(supervisor, lambda: supervisor.pids().get("sleeper", first) != first)
    assert "sleeper was killed by SIGKILL; starting it again in 0.2 s" in capsys.readouterr().out


def test_its_children_do_not_outlive_a_program(supervisor: Supervisor, tmp_path: Path) -> None:
    note = tmp_path / "grandchild"
    program = shell("nest", f"sleep 600 & echo $! > {note}; wait", ready=note.exists)
    supervisor.start([program])
    turn_until(supervisor, lambda: note.read_text().endswith("\n"))
    grandchild, leader = int(note.read_text()), supervisor.pids()["nest"]
    os.kill(leader, signal.SIGKILL)
    turn_until(supervisor, lambda: supervisor.pids().get("nest", leader) != leader)
    assert gone([grandchild])


def test_five_deaths_in_a_minute_end_it_with_the_last_words(supervisor: Supervisor, capsys) -> None:
    supervisor.start([shell("broken", "echo the disk is full; exit 3")])
    with pytest.raises(CannotGoOn) as end:
        turn_until(supervisor, lambda: False, seconds=60)
    assert str(end.value) == (
        "broken ended 5 times within a minute (last: ended with code 3); giving up. "
        "Its last words: the disk is full"
    )
    waits = [
        line.split("in ")[-1] for line in capsys.readouterr().out.splitlines() if "again" in line
    ]
    assert waits == ["0.2 s", "0.5 s", "1 s", "2 s"]


def test_a_program_that_never_answers_is_named(supervisor: Supervisor) -> None:
    with pytest.raises(CannotGoOn, match="mute was not ready within 0 s"):
        supervisor.start([sleeper("mute", ready=lambda: False, ready_seconds=0.2)])


def test_a_failing_step_is_named(supervisor: Supervisor) -> None:
    with pytest.raises(CannotGoOn, match=r"migrate failed \(exit code 4\)"):
        supervisor.run(shell("migrate", "exit 4", once=True))


def test_a_step_runs_while_what_was_begun_gets_ready(supervisor: Supervisor, tmp_path) -> None:
    """What was begun waits for what the step does, so waiting for it first would never end."""
    done, up = tmp_path / "done", tmp_path / "up"
    words = f"while [ ! -e {done} ]; do sleep 0.05; done; touch {up}; exec sleep 600"
    slow = shell("web", words, ready=up.exists)
    supervisor.begin([slow])
    supervisor.run(shell("step", f"touch {done}", once=True))
    supervisor.wait_for([slow])
    assert supervisor.pids().keys() == {"web"}


def test_applications_stop_before_data(supervisor: Supervisor, tmp_path: Path) -> None:
    ends = tmp_path / "ends"
    # The slow application shows that data waits for it.
    text = "trap 'sleep {}; echo {} >> {}; exit' TERM; touch {}; while :; do sleep 0.05; done"

    def program(name: str, seconds: float, *, holds_data: bool) -> Program:
        up = tmp_path / name
        words = text.format(seconds, name, ends, up)
        return shell(name, words, ready=up.exists, holds_data=holds_data)

    supervisor.start(
        [program("database", 0, holds_data=True), program("web", 0.6, holds_data=False)]
    )
    supervisor.stop()
    assert ends.read_text().split() == ["web", "database"]
    assert supervisor.pids() == {}


def test_one_that_ignores_the_signal_is_killed(supervisor: Supervisor, tmp_path: Path) -> None:
    up = tmp_path / "up"
    stubborn = shell(
        "stubborn",
        f"trap '' TERM; touch {up}; while :; do sleep 0.05; done",
        ready=up.exists,
        stop_seconds=0.3,
    )
    supervisor.start([stubborn])
    pid = supervisor.pids()["stubborn"]
    supervisor.stop()
    assert gone([pid])


def test_lines_carry_their_programs_name(supervisor: Supervisor, capsys) -> None:
    supervisor.run(shell("seed", "echo one; printf two", once=True))
    assert capsys.readouterr().out == "seed        │ one\nseed        │ two\n"


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_asked_to_stop_it_stops_everything(script, tmp_path: Path, number: signal.Signals) -> None:
    family = script(FAMILY.format(directory=str(tmp_path)))
    pids = list(map(int, family.stdout.readline().split()[1:]))
    family.send_signal(number)
    assert family.wait(timeout=60) == 0
    assert gone(pids)


def test_killed_itself_it_leaves_no_orphan(script, tmp_path: Path) -> None:
    family = script(FAMILY.format(directory=str(tmp_path)))
    pids = list(map(int, family.stdout.readline().split()[1:]))
    assert len(pids) == 3
    assert all(map(alive, pids))
    family.kill()
    assert gone(pids)


def test_free_ports_are_different() -> None:
    assert len(set(ports.any_free(4))) == 4
