"""The Chromium the tests drive; they read its path from CHROMIUM."""

import os
import shutil
from pathlib import Path

from tutorme.devstack.place import ROOT

_UNPACKED = ROOT / ".venv" / "native" / "usr" / "lib" / "chromium" / "chromium"
_PLAYWRIGHTS = ".cache/ms-playwright/chromium-*/chrome-linux*/chrome"


def find() -> str | None:
    """CHROMIUM, the machine's own, the one native.sh unpacked, Playwright's."""
    for name in (os.environ.get("CHROMIUM"), "chromium", "google-chrome", "google-chrome-stable"):
        if name and (path := shutil.which(name)):
            return path
    candidates = [_UNPACKED, *sorted(Path.home().glob(_PLAYWRIGHTS), reverse=True)]
    return next((str(path) for path in candidates if os.access(path, os.X_OK)), None)
