"""Writes down what each reading scenario asks the database for, for the bare program of `floor.py`:
`python -m bench.recording people.json floor.json`."""

import itertools
import json
import sys
from collections.abc import Iterator
from pathlib import Path

import django

django.setup()

from django.db import connection  # noqa: E402  after the apps are there
from django.test import Client  # noqa: E402
from django.test.utils import CaptureQueriesContext  # noqa: E402

from bench import drive  # noqa: E402
from bench.floor import Statements  # noqa: E402
from bench.scenarios import reading  # noqa: E402
from bench.scenarios.people import Person  # noqa: E402

# How many different requests of a scenario are written down.
DIFFERENT = 20


def record(people: list[Person]) -> Statements:
    """An answer of 304 has no rows, so it has no floor."""
    scenarios = reading.reading(people) | reading.browsing(drive.Server(0, 0), people)
    return {name: several(name, asks) for name, asks in scenarios.items() if "304" not in name}


def several(name: str, asks: Iterator[drive.Ask]) -> list[list[str]]:
    """Each asked once before, but for what is to be new: what is kept in mind is not asked again
    by the site either."""
    first, *others = itertools.islice(asks, DIFFERENT + 1)
    if name == reading.NEW_WORDS:
        return [asked(ask, before=first) for ask in others]
    return [asked(ask, before=ask) for ask in (first, *others)]


def asked(ask: drive.Ask, *, before: drive.Ask) -> list[str]:
    client = Client()
    headers = {**ask.headers, "Host": "127.0.0.1"}
    client.get(before.path, headers=headers)
    with CaptureQueriesContext(connection) as seen:
        answer = client.get(ask.path, headers=headers)
    assert answer.status_code == ask.status, (ask.path, answer.status_code)
    found = [row["sql"].strip() for row in seen.captured_queries]
    return [sql for sql in found if sql.startswith(("SELECT", "WITH"))]


if __name__ == "__main__":
    statements = record(json.loads(Path(sys.argv[1]).read_text()))
    Path(sys.argv[2]).write_text(json.dumps(statements))
