"""The third wall at work: what a request that only reads asks PostgreSQL, it asks as a person.

A page or an API answer to GET or HEAD is made `with reading():`; from `begin(person)` on every
statement runs as the role `tutorme_person`, which owns nothing and whose rows the policies of
`row_walls` choose by `tutorme.actor`. What must see more says so: `with as_system("why"):`. Who
writes, and everything outside requests, is the system.

Which of the two a session is, PostgreSQL itself reports (`application_name`, which is set in the
same statement and goes back with it where a transaction is rolled back). Before each statement
that word is compared with who asks, so a connection that comes out of the pool, or out of a
savepoint, as somebody else never answers for them.
"""

import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any
from uuid import UUID

import structlog
from django.conf import settings
from django.db import DatabaseError, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from psycopg.pq import TransactionStatus

from tutorme.core.row_policies import STANDS
from tutorme.core.row_session import Reader, RowSecurity, ask, become, reported

log = structlog.get_logger(__name__)

# Seconds after which a database without the role is asked again.
_ASK_AGAIN_S = 30.0
_WRITING = re.compile(
    r"\s*(?:INSERT|UPDATE|DELETE|MERGE)\b|\s*WITH\b.*\b(?:INSERT INTO|DELETE FROM|UPDATE)\b",
    re.DOTALL,
)
_LOCKING = re.compile(r"\bFOR (?:NO KEY )?(?:UPDATE|SHARE)\b")


class WallMissing(DatabaseError):
    """ROW_SECURITY is on and PostgreSQL has no role to read as: nothing is shown unguarded."""


_reader: ContextVar[Reader | None] = ContextVar("reader", default=None)
_standing: dict[str, tuple[bool, float]] = {}


@contextmanager
def reading() -> Iterator[Reader]:
    """For the length of a request; nothing changes before `begin`. Not to be left in a generator:
    what is streamed goes through `streamed`."""
    with _as(Reader()) as reader:
        try:
            yield reader
        finally:
            _reader.set(None)
            for line in connections.all(initialized_only=True):
                settle(line)


def begin(person: Any) -> None:
    """From here on the request's statements are this person's. Without `reading`, nothing."""
    reader = _reader.get()
    if reader is None or reader.actor is not None:
        return
    reader.as_staff = bool(getattr(person, "is_admin", False))
    reader.actor = str(person.pk) if getattr(person, "is_authenticated", False) else ""


@contextmanager
def as_system(why: str) -> Iterator[None]:
    """Also a decorator. `why` is one reason, for readers and for the list a house test holds; rows
    must be fetched inside, for a queryset is asked where it is read."""
    assert why
    with _as(None):
        yield


@contextmanager
def as_person(person_id: UUID | str, why: str) -> Iterator[None]:
    """What somebody reads by a secret link of this person's."""
    assert why
    was = _reader.get()
    with _as(Reader(str(person_id)) if was else None):
        yield


@contextmanager
def _as(reader: Reader | None) -> Iterator[Any]:
    token = _reader.set(reader)
    try:
        yield reader
    finally:
        _reader.reset(token)


def streamed(parts: Iterator[bytes], reader: Reader) -> Iterator[bytes]:
    """What is made while it is sent is made for the same reader; between two parts the connection
    is nobody's."""
    done = object()
    while True:
        with _as(reader):
            part = next(parts, done)
            for line in connections.all(initialized_only=True):
                settle(line, to=None)
        if part is done:
            return
        yield part  # type: ignore[misc]


def current() -> Reader | None:
    """Who reads, or None for the system."""
    reader = _reader.get()
    return reader if reader is not None and reader.actor is not None else None


def guarded(execute: Any, statement: Any, params: Any, many: bool, context: Any) -> Any:  # noqa: FBT001
    """The execute wrapper of every connection; Django passes `many` by position."""
    line = context["connection"]
    is_system = _writes(statement) or _in_own_transaction(line)
    settle(line, to=None if is_system else current())
    return execute(statement, params, many, context)


def _writes(statement: Any) -> bool:
    """Also what locks rows: who reads only, never does."""
    if not isinstance(statement, str):
        return False
    # Hardly any statement has this word, and looking for it takes a hundredth of the pattern.
    locks = "FOR " in statement and _LOCKING.search(statement)
    return bool(locks or _WRITING.match(statement))


def _in_own_transaction(line: BaseDatabaseWrapper) -> bool:
    """What notes something down while a page is read (that it was read, that its payer came back)
    is a writing service like any other; a test case's own wrapper does not count."""
    return any(not getattr(block, "_from_testcase", False) for block in line.atomic_blocks)


def settle(line: BaseDatabaseWrapper, to: Reader | None = None) -> None:
    """Makes the session whose it should be. One statement, and none where it is already."""
    raw = line.connection
    if raw is None or raw.closed:
        return
    wanted = to.mark if to is not None else ""
    if reported(raw) == wanted:
        return
    if to is not None and not stands(line):
        return
    if raw.info.transaction_status == TransactionStatus.INERROR:
        return  # Nothing but a rollback is heard now, and what asks next is compared again.
    try:
        with line.wrap_database_errors:
            become(raw, to)
    except DatabaseError:
        if to is not None:
            raise
        line.close()


def give_back(line: BaseDatabaseWrapper) -> None:
    """Before a wait: the connection goes back to the pool, and as nobody's, for what comes back as
    somebody's is taken for a fault there."""
    settle(line)
    line.close()


def stands(line: BaseDatabaseWrapper) -> bool:
    """Whether the wall can be used here. Where it cannot, `auto` reads without it, `on` raises."""
    if settings.ROW_SECURITY == RowSecurity.OFF:
        return False
    name = str(line.settings_dict["NAME"])
    found, asked_at = _standing.get(name, (False, float("-inf")))
    if not found and time.monotonic() - asked_at > _ASK_AGAIN_S:
        with line.wrap_database_errors:
            row = ask(line.connection, STANDS).fetchone()
        found = bool(row and row[0])
        _standing[name] = (found, time.monotonic())
        if not found:
            log.warning("row_security.missing", database=name)
    if not found and settings.ROW_SECURITY == RowSecurity.ON:
        raise WallMissing("ROW_SECURITY is on, and the role or its policies are not there")
    return found


def state(line: BaseDatabaseWrapper) -> str:
    """For doctor and health: "ok", "off …", or what is broken."""
    if settings.ROW_SECURITY == RowSecurity.OFF:
        return "off (ROW_SECURITY)"
    try:
        line.ensure_connection()
        return "ok" if stands(line) else "off (PostgreSQL has no role for it)"
    except WallMissing:
        return "missing: nothing can be read"
