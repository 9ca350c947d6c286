"""The closing line is the sum of what really ran."""

import os
from pathlib import Path

from tutorme.devstack import suite
from tutorme.devstack.suite import Suite, Tally

FEW = """
import pytest

def test_one(): pass
def test_two(): assert False
@pytest.mark.skip(reason="not here")
def test_three(): pass
@pytest.fixture
def broken(): raise OSError
def test_four(broken): pass
"""


def report_of(tmp_path: Path, script, text: str) -> Path:
    (tmp_path / "test_few.py").write_text(text)
    report = tmp_path / "report.xml"
    arguments = ["-p", "no:django", "-p", "no:cacheprovider", "-c", "/dev/null"]
    arguments += ["--rootdir", str(tmp_path), f"--junitxml={report}", str(tmp_path)]
    script(f"import pytest; pytest.main({arguments!r})").wait(timeout=60)
    return report


def test_counts_are_read_from_what_pytest_wrote(tmp_path: Path, script) -> None:
    tally = suite.read_report(report_of(tmp_path, script, FEW))
    assert str(tally) == "1 passed, 2 failed, 1 skipped"


def test_a_run_that_wrote_nothing_passed_nothing(tmp_path: Path) -> None:
    assert suite.read_report(tmp_path / "absent.xml") == Tally()


def test_runs_add_up() -> None:
    tally = Tally(200, 0, 3)
    tally.add(Tally(7, 1, 0))
    assert str(tally) == "207 passed, 1 failed, 3 skipped"


def test_without_a_browser_ci_fails(monkeypatch, capsys) -> None:
    monkeypatch.setenv("CI", "true")
    without = {name: value for name, value in os.environ.items() if name != "CHROMIUM"}
    running = Suite(without)
    running.browser(["tests/devstack/test_suite.py"])
    assert running.tally.failed == 1
    assert "no Chromium here" in capsys.readouterr().out
