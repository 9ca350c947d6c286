"""native.sh on a machine that has none of what it looks for."""

import os
import shutil
import subprocess
from pathlib import Path

from tutorme.devstack.place import ROOT


def bare_machine(tmp_path: Path) -> dict[str, str]:
    """A PATH with a few tools, no browser and no package manager; an empty home."""
    tools = tmp_path / "bin"
    tools.mkdir()
    for name in ("sh", "dirname", "id", "uname"):
        found = shutil.which(name)
        assert found
        (tools / name).symlink_to(found)
    return {"PATH": str(tools), "HOME": str(tmp_path)}


def said(tmp_path: Path, *changes: str) -> str:
    env = {**bare_machine(tmp_path), **dict(change.split("=", 1) for change in changes)}
    script = ROOT / "tutorme" / "devstack" / "native.sh"
    done = subprocess.run(
        ["sh", str(script), "chromium"], env=env, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0
    return done.stderr


def test_a_missing_browser_is_noticed_and_the_way_to_one_is_said(tmp_path: Path) -> None:
    assert "apt-get install chromium" in said(tmp_path)


def test_a_browser_that_is_there_needs_nothing(tmp_path: Path) -> None:
    there = tmp_path / "chrome"
    there.write_text("#!/bin/sh\n")
    there.chmod(0o755)
    if os.path.exists("/usr/lib/x86_64-linux-gnu/libatomic.so.1"):
        assert said(tmp_path, f"CHROMIUM={there}") == ""
