"""A web process is ready before its first visitor, and its collector leaves alone what stays."""

import subprocess
import sys

import pytest

from tutorme.devstack.place import ROOT

LOOK = """
import gc, sys
import tutorme.wsgi
print(gc.get_freeze_count() > 200_000, gc.get_count()[2] == 0)
print("courses.views.learn" in sys.modules, "payments.api.urls" in sys.modules)
"""


@pytest.mark.slow
def test_all_pages_are_loaded_and_passed_over_from_the_start() -> None:
    done = subprocess.run(
        [sys.executable, "-c", LOOK], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == ["True"] * 4
