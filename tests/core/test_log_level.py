"""`LOG_LEVEL` is the lowest level written, whatever level a logger has of its own."""

import os
import subprocess
import sys

import pytest

SAYS = """
import logging, logging.config
from tutorme.core.logs import logging_config
logging.config.dictConfig(logging_config(style="json", level="{level}"))
logging.getLogger("django").setLevel("INFO")
logging.getLogger("django.request").warning("refused")
"""


@pytest.mark.parametrize(("level", "written"), [("WARNING", True), ("ERROR", False)])
def test_the_lowest_level_holds_for_djangos_loggers(level: str, written: bool) -> None:
    """In a process of its own: logging is set up once for all."""
    done = subprocess.run(
        [sys.executable, "-c", SAYS.format(level=level)],
        env=dict(os.environ),
        capture_output=True,
        text=True,
        check=True,
    )
    assert ("refused" in done.stderr) is written
