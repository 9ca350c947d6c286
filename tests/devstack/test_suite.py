"""The closing line is the sum of what really ran."""

import os
from pathlib import Path

from tutorme.devstack import suite
from tutorme.devstack.audit import weaknesses
from tutorme.devstack.coverage import Coverage
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


def test_a_known_weakness_is_named() -> None:
    known = {"id": "PYSEC-1", "fix_versions": ["2.0"]}
    packages = [
        {"name": "sound", "version": "1.0", "vulns": []},
        {"name": "holed", "version": "1.0", "vulns": [known]},
    ]
    assert weaknesses({"dependencies": packages}) == ["holed 1.0: PYSEC-1, mended in 2.0"]


def test_coverage_is_counted_only_where_asked(monkeypatch) -> None:
    monkeypatch.delenv("COVERAGE", raising=False)
    assert (Coverage().runner, Coverage().env, Coverage().failures()) == ([], {}, 0)
    monkeypatch.setenv("COVERAGE", "1")
    asked = Coverage()
    assert asked.runner == ["-m", "coverage", "run"]
    assert "COVERAGE_FILE" in asked.env
    asked.forget()
