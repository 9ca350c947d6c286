"""Where the Makefile's programs keep what Python compiled."""

import os
import subprocess
from pathlib import Path

from tutorme.devstack.place import ROOT


def variables(tmp_path: Path, **given: str) -> dict[str, str]:
    """What a recipe of our Makefile runs in."""
    more = tmp_path / "more.mk"
    more.write_text("show-environment:\n\t@env\n")
    clean = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    words = ["make", "--no-print-directory", "-f", "Makefile", "-f", str(more), "show-environment"]
    told = subprocess.run(
        words, cwd=ROOT, env={**clean, **given}, capture_output=True, text=True, check=True
    ).stdout
    return dict(line.split("=", 1) for line in told.splitlines() if "=" in line)


def test_nobody_compiles_everything_at_every_start(tmp_path: Path) -> None:
    found = variables(tmp_path, PYTHONDONTWRITEBYTECODE="1")
    assert "PYTHONDONTWRITEBYTECODE" not in found
    assert found["PYTHONPYCACHEPREFIX"] == str(ROOT / ".venv" / "bytecode")


def test_a_place_of_ones_own_is_kept(tmp_path: Path) -> None:
    own = {"PYTHONDONTWRITEBYTECODE": "1", "PYTHONPYCACHEPREFIX": "/somewhere/else"}
    assert variables(tmp_path, **own)["PYTHONPYCACHEPREFIX"] == "/somewhere/else"


def test_what_nobody_asked_for_is_left_alone(tmp_path: Path) -> None:
    assert "PYTHONPYCACHEPREFIX" not in variables(tmp_path)
