"""Scenarios that want a machine of their own: they take long, or beside other work their time
limits say nothing."""

import os

import pytest

machine_of_its_own = pytest.mark.skipif(
    os.environ.get("CHAOS") != "1", reason="takes a machine of its own: CHAOS=1 pytest tests/chaos"
)
