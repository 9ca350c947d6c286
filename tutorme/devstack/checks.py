"""`make check`: every rule a machine can hold, two at a time, the slowest first."""

import os
import subprocess
import sys
import sysconfig
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from tutorme.devstack.place import ROOT

SCRIPTS = Path(sysconfig.get_path("scripts"))


@dataclass(frozen=True)
class Check:
    name: str
    argv: list[str]

    def run(self, env: Mapping[str, str]) -> "Outcome":
        began = time.monotonic()
        done = subprocess.run(
            self.argv,
            cwd=ROOT,
            env=dict(env),
            check=False,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        return Outcome(self.name, done.returncode == 0, done.stdout, time.monotonic() - began)


@dataclass(frozen=True)
class Outcome:
    name: str
    passed: bool
    output: str
    seconds: float

    def show(self) -> None:
        print(f"  {'ok  ' if self.passed else 'FAIL'} {self.name} ({self.seconds:.1f} s)")
        if not self.passed:
            print(self.output.rstrip())
        sys.stdout.flush()


def checks(*, house: bool) -> list[Check]:
    """`house` adds the tests of the house's own rules, which `make test` runs with the rest."""
    python, manage = [sys.executable, "-m"], [sys.executable, "manage.py"]
    schema = ["spectacular", "--validate", "--fail-on-warn", "--file", os.devnull]
    rows = {
        "types": [*python, "mypy", "."],
        "layers": [str(SCRIPTS / "lint-imports")],
        "migrations": [*manage, "makemigrations", "--check", "--dry-run"],
        "schema": [*manage, *schema],
        "templates": [*python, "djlint", "templates", "--lint", "--quiet"],
        "django": [*manage, "check", "--fail-level", "WARNING"],
        "lint": [*python, "ruff", "check", "."],
        "format": [*python, "ruff", "format", "--check", "."],
    }
    if house:
        rows["house"] = [*python, "pytest", "-q", "tests/house"]
    return [Check(name, argv) for name, argv in rows.items()]


def run(env: Mapping[str, str], *, house: bool) -> list[Outcome]:
    print("Checks", flush=True)
    outcomes = []
    with ThreadPoolExecutor(2) as pool:
        running = [pool.submit(check.run, env) for check in checks(house=house)]
        for future in running:
            outcomes.append(future.result())
            outcomes[-1].show()
    return outcomes
