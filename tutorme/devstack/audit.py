"""Known weaknesses of what production installs, as pypi.org knows them."""

import json
import os
import subprocess
import sys
from typing import Any

from tutorme.devstack.place import ROOT

_TOOL = "pip_audit --disable-pip --require-hashes --progress-spinner off --timeout 20 --format json"
_FILES = ("requirements/production.txt", "requirements/tracing.txt")


def audit() -> int:
    """0 where nothing is known; and where nobody could be asked, unless AUDIT_REQUIRED=1."""
    report = _report()
    if report is None:
        print("Not audited: pypi.org could not be asked from here.")
        return int(os.environ.get("AUDIT_REQUIRED") == "1")
    found = weaknesses(report)
    print("\n".join(found) or f"{len(report['dependencies'])} packages, no weakness is known.")
    return int(bool(found))


def weaknesses(report: dict[str, Any]) -> list[str]:
    return [
        f"{package['name']} {package['version']}: {known['id']}, mended in "
        f"{', '.join(known['fix_versions']) or 'no version yet'}"
        for package in report["dependencies"]
        for known in package.get("vulns", [])
    ]


def _report() -> dict[str, Any] | None:
    files = [word for name in _FILES for word in ("-r", name)]
    done = subprocess.run(
        [sys.executable, "-m", *_TOOL.split(), *files],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    try:
        report: dict[str, Any] = json.loads(done.stdout)
    except ValueError:
        print(done.stderr.strip()[-500:], file=sys.stderr)
        return None
    return report
