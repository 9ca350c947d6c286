"""`make test`: throwaway servers, the checks, the everyday suite, then the slow and browser tests.

The last line is the sum over all runs: `N passed, N failed, N skipped`; a failed check counts as
one failed.
"""

import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from xml.etree import ElementTree

from tutorme.devstack import browser, checks, environment, place, postgres, stack
from tutorme.devstack.coverage import Coverage
from tutorme.devstack.place import ROOT, CannotGoOn, Place

LONGEST_SECONDS = 85 * 60
EVERYDAY = "not slow and not processes and not browser"
SLOW = "(slow or processes) and not browser"
BROWSER = "browser"
# Files stay whole, and folders whose tests share a running system (tests/conftest.py).
TWO_AT_ONCE = ["-n", "2", "--dist", "loadfile"]
_INTERRUPTED, _NOTHING_COLLECTED = 2, 5
_HOW = "make e2e, or (as root) apt-get install chromium libatomic1"


@dataclass
class Tally:
    passed: int = 0
    failed: int = 0
    skipped: int = 0
    interrupted: bool = field(default=False)

    def __str__(self) -> str:
        return f"{self.passed} passed, {self.failed} failed, {self.skipped} skipped"

    def add(self, other: "Tally") -> None:
        self.passed += other.passed
        self.failed += other.failed
        self.skipped += other.skipped
        self.interrupted = self.interrupted or other.interrupted


class Suite:
    def __init__(self, env: Mapping[str, str]) -> None:
        self.env = env
        self.tally = Tally()
        self._give_up_at = time.monotonic() + LONGEST_SECONDS
        self._ci = os.environ.get("CI") == "true"

    def everything(self) -> None:
        outcomes = checks.run(self.env, house=False)
        self.tally.failed += sum(not outcome.passed for outcome in outcomes)
        coverage = Coverage()
        self._pytest("Everyday tests", ["-m", EVERYDAY, "-n", "2"], coverage)
        self.tally.failed += coverage.failures()
        self._pytest("Slow tests, and those that start processes", ["-m", SLOW, *TWO_AT_ONCE])
        self.browser(TWO_AT_ONCE)

    def chosen(self, arguments: Sequence[str]) -> None:
        self._pytest("Chosen tests", arguments)

    def browser(self, arguments: Sequence[str]) -> None:
        if not self.env.get("CHROMIUM"):
            return self._without_browser(arguments)
        skipped_before = self.tally.skipped
        self._pytest("Browser tests", ["-m", BROWSER, *arguments])
        if self._ci and (skipped := self.tally.skipped - skipped_before):
            print(f"In CI a skipped browser test is a failed one: {skipped} skipped.")
            self.tally.failed += skipped
            self.tally.skipped -= skipped
        return None

    def _without_browser(self, arguments: Sequence[str]) -> None:
        command = [sys.executable, "-m", "pytest", "-m", BROWSER, "--collect-only", "-q"]
        command += arguments
        found = subprocess.run(
            command, env=dict(self.env), cwd=ROOT, capture_output=True, text=True, check=False
        ).stdout
        counted = re.search(r"^(\d+)(?:/\d+)? tests? collected", found, re.MULTILINE)
        count = int(counted[1]) if counted else 0
        print(f"\n{count} browser tests skipped: no Chromium here. To run them: {_HOW}.")
        if self._ci:
            self.tally.failed += max(count, 1)
        else:
            self.tally.skipped += count

    def _pytest(
        self, title: str, arguments: Sequence[str], coverage: Coverage | None = None
    ) -> None:
        if self.tally.interrupted:
            return
        print(f"\n{title}", flush=True)
        with tempfile.TemporaryDirectory(prefix="tutorme-report-") as directory:
            report = Path(directory) / "report.xml"
            runner = coverage.runner if coverage else []
            command = [sys.executable, *runner, "-m", "pytest", "-q", f"--junitxml={report}"]
            env = {**self.env, **(coverage.env if coverage else {})}
            self.tally.add(_judge(self._run([*command, *arguments], env), report))

    def _run(self, command: list[str], env: Mapping[str, str]) -> int:
        try:
            return stack.at_terminal(command, env, self._give_up_at - time.monotonic())
        except subprocess.TimeoutExpired:
            print(f"Not finished after {LONGEST_SECONDS // 60} minutes; stopped.")
            return -1


def _judge(code: int, report: Path) -> Tally:
    """The report's counts; at least one failure when pytest says so and no test carries it."""
    tally = read_report(report)
    if code not in (0, _NOTHING_COLLECTED) and not tally.failed:
        tally.failed = 1
    tally.interrupted = code == _INTERRUPTED
    return tally


def read_report(report: Path) -> Tally:
    """Counts of a JUnit file; none where pytest died before it wrote one."""
    if not report.exists():
        return Tally()
    # Written by our own child a moment ago.
    root = ElementTree.parse(report).getroot()  # noqa: S314
    counted = {
        name: sum(int(suite.get(name, 0)) for suite in root.iter("testsuite"))
        for name in ("tests", "failures", "errors", "skipped")
    }
    failed = counted["failures"] + counted["errors"]
    return Tally(counted["tests"] - failed - counted["skipped"], failed, counted["skipped"])


def main(arguments: Sequence[str], *, only: str | None = None) -> int:
    began = time.monotonic()
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda received, _frame: sys.exit(128 + received))
    where = place.temporary()
    try:
        tally = _on(where, arguments, only)
    finally:
        shutil.rmtree(where.var, ignore_errors=True)
    print(f"\nin {time.monotonic() - began:.0f} s")
    print(tally)
    return 130 if tally.interrupted else min(tally.failed, 1)


def _on(where: Place, arguments: Sequence[str], only: str | None) -> Tally:
    values = environment.given(dotenv=None)
    env = environment_of_tests(where, values)
    with stack.data_servers(where, values):
        if not values.get("DATABASE_URL"):
            env["TEST_DATABASE_TEMPLATE"] = _migrated_once(where, env)
        suite = Suite(env)
        if only == BROWSER:
            suite.browser(arguments)
        elif arguments:
            suite.chosen(arguments)
        else:
            suite.everything()
    return suite.tally


def _migrated_once(where: Place, env: Mapping[str, str]) -> str:
    """The name of a database with every migration; test databases are copies of it, so that the
    workers and runs of one command need not each migrate for a minute."""
    name = "tutorme_migrated"
    postgres.create_database(where, name)
    done = subprocess.run(
        [sys.executable, "manage.py", "migrate", "--verbosity=0"],
        env={**env, "DATABASE_URL": postgres.url(where, name)},
        cwd=ROOT,
        check=False,
    )
    if done.returncode:
        raise CannotGoOn("The migrations failed; what they said is above.")
    return name


def check() -> int:
    where = place.temporary()
    values = environment.given(dotenv=None)
    try:
        with stack.data_servers(where, values):
            outcomes = checks.run(environment_of_tests(where, values), house=True)
    finally:
        shutil.rmtree(where.var, ignore_errors=True)
    failed = [outcome.name for outcome in outcomes if not outcome.passed]
    print(f"failed: {', '.join(failed)}" if failed else "all checks passed")
    return 1 if failed else 0


def environment_of_tests(where: Place, values: Mapping[str, str]) -> dict[str, str]:
    chromium = browser.find()
    return {
        **os.environ,
        **environment.data(where, values),
        **environment.machine(),
        "DJANGO_SETTINGS_MODULE": "tutorme.settings.test",
        "MEDIA_ROOT": str(where.var / "media"),
        **({"CHROMIUM": chromium} if chromium else {}),
    }


def parse(arguments: Sequence[str]) -> tuple[str | None, list[str]]:
    """`--only browser`, and what is pytest's."""
    rest = list(arguments)
    if rest[:1] != ["--only"]:
        return None, rest
    if rest[1:2] != [BROWSER]:
        raise CannotGoOn("--only knows browser.")
    return BROWSER, rest[2:]
