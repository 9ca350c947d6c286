"""The manners of every command an operator runs: `--json`, exit codes, `--dry-run`, `--yes`, and a
sentence instead of a traceback."""

import json
import os
import sys
from abc import abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import redis
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import InterfaceError, OperationalError, ProgrammingError, connection
from psycopg.errors import UndefinedColumn, UndefinedTable

from tutorme.core.errors import DomainError
from tutorme.core.gateways import GatewayError
from tutorme.core.management import away

# What a shell says of somebody who pressed Ctrl-C.
_INTERRUPTED = 130
# Tells this lock from the application's other advisory locks.
_ALONE_LOCK = 7_734_002
_FORESEEN = (
    *(DomainError, GatewayError, KeyboardInterrupt, redis.RedisError, OSError),
    *(OperationalError, InterfaceError, ProgrammingError),
)


class OperatorCommand(BaseCommand):
    """`operate` returns what happened as JSON values; it is printed as an object or as lines.

    Exit code 0: done. 1: not done, or something is wrong, said in one sentence on stderr; also
    when `is_wrong` says so of what came back. `destroys` refuses to run in production without
    `--yes`. `changes` adds `--dry-run`. `alone` refuses a second one in the same database while
    the first runs. `--traceback` shows where a sentence comes from.
    """

    destroys = False
    changes = False
    alone = False

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="print one object, for programs")
        if self.changes:
            parser.add_argument("--dry-run", action="store_true", help="say it, change nothing")
        if self.destroys:
            parser.add_argument("--yes", action="store_true", help="really, in production too")

    @abstractmethod
    def operate(self, options: dict[str, Any]) -> dict[str, Any]: ...

    def is_wrong(self, found: dict[str, Any]) -> str:
        """A sentence where what was found must end in exit code 1."""
        return ""

    def lines(self, found: dict[str, Any]) -> Iterator[str]:
        """What is printed for people."""
        for name, value in found.items():
            for row in value if isinstance(value, list) else [value]:
                yield f"{name}: {_line(row)}"

    def handle(self, *_args: Any, **options: Any) -> None:
        if self.destroys and not options.get("dry_run") and not self._is_meant(options):
            raise CommandError("This destroys data in production: say --yes if you mean it.")
        try:
            with self._by_itself():
                found = self.operate(options)
        except _FORESEEN as error:
            if sentence := _sentence(error):
                code = _INTERRUPTED if isinstance(error, KeyboardInterrupt) else 1
                raise CommandError(sentence, returncode=code) from error
            raise
        self._tell(found, as_json=options["json"])
        if wrong := self.is_wrong(found):
            raise CommandError(wrong)

    @contextmanager
    def _by_itself(self) -> Iterator[None]:
        if not self.alone:
            yield
            return
        name = type(self).__module__.rpartition(".")[2]
        with connection.cursor() as cursor:
            lock: list[int | str] = [_ALONE_LOCK, name]
            cursor.execute("SELECT pg_try_advisory_lock(%s, hashtext(%s))", lock)
            if not cursor.fetchone()[0]:
                raise CommandError(f"{name} is running already: wait until it has ended.")
        try:
            yield
        finally:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s, hashtext(%s))", lock)

    @staticmethod
    def _is_meant(options: dict[str, Any]) -> bool:
        return bool(options["yes"] or options.get("list")) or settings.DEBUG

    def _tell(self, found: dict[str, Any], *, as_json: bool) -> None:
        try:
            for line in [json.dumps(found, default=str)] if as_json else self.lines(found):
                self.stdout.write(line)
            self.stdout.flush()
        except BrokenPipeError:
            # Who reads has read enough (`jobs ls | head`). What is still held back goes nowhere.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _line(value: Any) -> str:
    if isinstance(value, dict):
        return "  ".join(f"{key}={item}" for key, item in value.items())
    return str(value)


def _sentence(error: BaseException) -> str:
    """What an operator can act on; empty for what only a traceback explains."""
    if isinstance(error, DomainError):
        return _of_domain(error)
    if isinstance(error, GatewayError):
        return str(error)
    if isinstance(error, KeyboardInterrupt):
        return "Stopped. What was done stays done; run it again for the rest."
    if isinstance(error, redis.RedisError | OperationalError | InterfaceError):
        return away.sentence(error)
    if isinstance(error, OSError):
        named = f"{error.filename}: " if error.filename else ""
        return f"{named}{error.strerror or error}."
    return _of_statement(error)


def _of_domain(error: DomainError) -> str:
    """Each field or place that is wrong, instead of the explanation that only speaks of them."""
    places = [str(row["detail"]) for row in error.extras.get("errors", [])]
    places += map(str, error.extras.get("problems", []))
    said = [] if places and error.detail == str(error.explanation) else [error.detail]
    return "\n".join(dict.fromkeys([*said, *places]))


def _of_statement(error: BaseException) -> str:
    if isinstance(error.__cause__, UndefinedTable | UndefinedColumn):
        return f"{away.first_line(error)}: run `manage.py migrate` first."
    return ""
