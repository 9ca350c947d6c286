"""`LOG_LEVEL` is the lowest level written, whatever level a logger has of its own; and what
Django's lines hold that we did not put there."""

import json
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


OF_DJANGO = """
import django, logging
django.setup()
from django.test import Client
Client(headers={"X-Request-Id": "0198aaaa-refused"}).get("/nope/?token=canary&code=canary")
logging.getLogger("django.request").error("kept", extra={"odd": type("password=canary", (), {})})
"""


def test_lines_of_django_have_the_requests_id_and_no_query() -> None:
    """Its answer of 404 is logged after our middleware let go of the id."""
    done = subprocess.run(
        [sys.executable, "-c", OF_DJANGO],
        env={**os.environ, "LOG_FORMAT": "json", "LOG_LEVEL": "WARNING"},
        capture_output=True,
        text=True,
        check=True,
    )
    lines = [json.loads(line) for line in done.stderr.splitlines() if line.startswith("{")]
    refused = next(line for line in lines if line["event"] == "Not Found: /nope/")
    assert refused["request_id"] == "0198aaaa-refused"
    assert any(line["event"] == "kept" for line in lines)
    assert "canary" not in done.stderr
