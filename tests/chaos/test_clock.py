"""F17: one machine's clock is wrong, by ten days or by an hour back."""

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.chaos import mails
from tests.chaos.house import UP_S, House
from tests.chaos.load import is_good, told
from tests.waiting import until
from tutorme.devstack.place import ROOT

pytestmark = [pytest.mark.slow, pytest.mark.processes]
TEN_DAYS, AN_HOUR_BACK = "864000", "-3600"
# What such a worker says when it leaves a message to others.
GIVES_WAY = "clock_is_wrong"


@contextmanager
def shifted_worker(home: House, seconds: str, said: Path) -> Iterator[None]:
    command = [sys.executable, "-m", "tests.chaos.shifted", seconds, "worker"]
    with said.open("wb") as file:
        worker = subprocess.Popen(
            command, env=dict(home.stack.env), cwd=ROOT, stdout=file, stderr=file
        )
    try:
        yield
    finally:
        worker.terminate()
        worker.wait(timeout=60)


def states(home: House) -> dict[str, int]:
    """What a clock that is ahead would have judged: lessons, and reminders of them."""
    with home.line() as line:
        rows = line.execute(
            "SELECT 'booking ' || state, count(*) FROM booking_booking GROUP BY 1 UNION ALL "
            "SELECT 'reminder ' || state, count(*) FROM booking_reminder GROUP BY 1"
        ).fetchall()
    return {str(name): int(str(count)) for name, count in rows}


def test_a_worker_with_a_wrong_clock_judges_nothing(whole: House, tmp_path: Path) -> None:
    ahead, behind = tmp_path / "ahead", tmp_path / "behind"
    began = mails.moment(whole)
    with (
        shifted_worker(whole, TEN_DAYS, ahead),
        shifted_worker(whole, AN_HOUR_BACK, behind),
        whole.load() as load,
    ):
        for said in (ahead, behind):
            until(lambda: GIVES_WAY in said.read_text(), within_s=UP_S)  # noqa: B023
    assert all(is_good(one) for one in load.history), told(load.history)
    whole.settle()
    mails.each_arrived_once(whole, since=began)
    seen = states(whole)
    assert {name for name in seen if name.startswith("booking")} == {"booking confirmed"}, seen
    assert {name for name in seen if name.startswith("reminder")} <= {"reminder due"}, seen


@pytest.mark.parametrize("seconds", [TEN_DAYS, AN_HOUR_BACK])
def test_it_says_that_it_is_not_ready(whole: House, seconds: str) -> None:
    found = json.loads(whole.run("shifted", seconds, "ready"))
    # The program needs a moment between reading the clock and shifting it.
    told = re.fullmatch(r"wrong by (-?\d+) s", found.pop("clock"))
    assert told
    assert abs(int(told[1]) - int(seconds)) < 60
    assert set(found.values()) == {"ok"}


def test_control_past_the_guard_it_would_judge(whole: House) -> None:
    moved = json.loads(whole.run("shifted", TEN_DAYS, "sweep", "booking.send_reminders"))
    assert moved["booking_reminder"] > 0
