import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tutorme.devstack import place
from tutorme.devstack.place import ROOT, Place
from tutorme.devstack.supervisor import Supervisor


@pytest.fixture(autouse=True)
def clean_redis() -> None:
    """Nothing here touches the suite's Redis."""


@pytest.fixture
def where() -> Iterator[Place]:
    """A throwaway place with a short path, where root's PostgreSQL may enter too."""
    temporary = place.temporary()
    yield temporary
    shutil.rmtree(temporary.var, ignore_errors=True)


@pytest.fixture
def supervisor(tmp_path: Path) -> Iterator[Supervisor]:
    supervisor = Supervisor()
    yield supervisor
    supervisor.stop()


@pytest.fixture
def script() -> Iterator[Callable[[str], "subprocess.Popen[str]"]]:
    """Runs Python text in a process of its own; whatever is left of it ends with the test."""
    started: list[subprocess.Popen[str]] = []

    def run(text: str) -> "subprocess.Popen[str]":
        process = subprocess.Popen(
            [sys.executable, "-u", "-c", text],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        started.append(process)
        return process

    yield run
    for process in started:
        process.kill()
        process.communicate()
