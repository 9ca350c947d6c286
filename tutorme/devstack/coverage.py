"""How much of the source the everyday suite runs through, where COVERAGE=1 asks (CI does).

Lines, not branches: from Python 3.12 on the interpreter counts those for nearly nothing. The floor
is `fail_under` in pyproject.toml; the processes that tests start are counted too.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from tutorme.devstack.place import ROOT

_TOOL = ["-m", "coverage"]
_BY_THE_INTERPRETER = (3, 12)


class Coverage:
    """Measures nothing, costs nothing and never fails where nobody asked."""

    def __init__(self) -> None:
        self._asked = os.environ.get("COVERAGE") == "1"
        self._folder = ""

    @property
    def runner(self) -> list[str]:
        """What stands before `-m pytest`."""
        return [*_TOOL, "run"] if self._asked else []

    @property
    def env(self) -> dict[str, str]:
        if not self._asked:
            return {}
        core = {"COVERAGE_CORE": "sysmon"} if sys.version_info >= _BY_THE_INTERPRETER else {}
        self._folder = self._folder or tempfile.mkdtemp(prefix="tutorme-coverage-")
        return {"COVERAGE_FILE": str(Path(self._folder) / "data"), **core}

    def failures(self) -> int:
        """Says what it found; 1 where that is less than the floor."""
        if not self._asked:
            return 0
        print("\nCoverage", flush=True)
        self._tell("combine", "--quiet")
        too_little = self._tell("report", "--skip-covered", "--format=total") != 0
        self.forget()
        return int(too_little)

    def forget(self) -> None:
        shutil.rmtree(self._folder, ignore_errors=True)

    def _tell(self, *words: str) -> int:
        command = [sys.executable, *_TOOL, *words]
        return subprocess.run(command, cwd=ROOT, env={**os.environ, **self.env}).returncode
