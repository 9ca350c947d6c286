"""What the same rows cost with nothing around them: the statements that a page or a call asks, by
bare psycopg, in a bare WSGI program, under the same server, on the same data.

    FLOOR=floor.json gunicorn bench.floor:application     answers /NUMBER/TURN with those rows

`recording.py` writes floor.json: by scenario, the statements of some of its requests. Who asks is
part of them (session and user); forms, rules, templates and serializers are not.
"""

import itertools
import json
import os
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import orjson
from psycopg.rows import dict_row
from psycopg_pool import ConnectionPool

from bench import drive

Statements = dict[str, list[list[str]]]


def program(statements: Statements, url: str) -> Callable[..., Iterable[bytes]]:
    pool = ConnectionPool(url, min_size=1, max_size=8, open=True, kwargs={"row_factory": dict_row})
    by_number = list(statements.values())

    def answer(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        _empty, number, turn = environ["PATH_INFO"].split("/")
        different = by_number[int(number)]
        with pool.connection() as line:
            line.autocommit = True
            rows = [line.execute(sql).fetchall() for sql in different[int(turn) % len(different)]]
        body = orjson.dumps(rows, default=str)
        start_response("200 OK", [("Content-Type", "application/json")])
        return [body]

    return answer


def asks(statements: Statements) -> dict[str, Iterator[drive.Ask]]:
    return {name: turns(number) for number, name in enumerate(statements)}


def turns(number: int) -> Iterator[drive.Ask]:
    return (drive.Ask("GET", f"/{number}/{turn}") for turn in itertools.count())


if "FLOOR" in os.environ:
    application = program(
        json.loads(Path(os.environ["FLOOR"]).read_text()), os.environ["DATABASE_URL"]
    )
