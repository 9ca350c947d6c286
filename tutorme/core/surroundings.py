"""What an installation leans on beyond what every request shows: asked by `doctor`, which may take
its time. Each part says "ok", "off" with what one goes without, or what is wrong."""

from collections.abc import Callable, Iterator
from typing import Any

import redis
from django.conf import settings
from django.db import DatabaseError, connection

from tutorme.core import backups, clockwork, limits
from tutorme.core.errors import DomainError
from tutorme.core.printing import Order, print_document

_EXTENSIONS = frozenset({"btree_gist", "pg_trgm", "unaccent"})
_OLDEST_SERVER = 150_000

# The least there is to print.
ONE_LINE = Order(
    html="<p>Aé</p>",
    css='body { font-family: "Atkinson Hyperlegible Next" }',
    words=None,
    lang="en",
    direction="ltr",
    title="doctor",
)

# What to do about a part that is not well.
REMEDIES = {
    "database": "Is PostgreSQL up, and DATABASE_URL its address?",
    "migrations": "Run `manage.py migrate`.",
    "redis": "Is Redis up, and REDIS_URL its address?",
    "clock": "Let chrony or systemd-timesyncd set the clock of this machine.",
    "media": "Give the user that runs this the folder MEDIA_ROOT, and room in it.",
    "row security": "Run `manage.py migrate` as a user with CREATEROLE (docs/row-security.md).",
    "server": "PostgreSQL 15 or newer; as its owner: CREATE EXTENSION for what is missing.",
    "redis keeps": "In its configuration: maxmemory-policy noeviction.",
    "printing": "Install libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 (`make setup` does).",
    "backup tools": "Install PostgreSQL's client programs of the server's version, or set PG_BIN.",
    "beat": "Start `beat` and a worker; what has failed says why under /admin/schedules/.",
}


def parts() -> Iterator[tuple[str, str]]:
    """By name, for a database that answers."""
    checks: dict[str, Callable[[], str]] = {
        "server": _server,
        "redis keeps": _redis_keeps,
        "printing": _printing,
        "backup tools": _backup_tools,
        "beat": _beat,
    }
    for name, check in checks.items():
        try:
            yield name, check()
        except (DatabaseError, redis.RedisError) as error:
            yield name, f"unreachable ({type(error).__name__})"


def _server() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT extname FROM pg_extension")
        missing = sorted(_EXTENSIONS - {name for (name,) in cursor.fetchall()})
    if _server_number() < _OLDEST_SERVER:
        return "older than PostgreSQL 15"
    return f"lacks {', '.join(missing)}" if missing else "ok"


def _server_number() -> int:
    """180001 for 18.1."""
    with connection.cursor() as cursor:
        cursor.execute("SHOW server_version_num")
        return int(cursor.fetchone()[0])


def _redis_keeps() -> str:
    """With eviction a full Redis forgets limits and messages instead of saying that it is full."""
    policy = _policy()
    return "ok" if policy == "noeviction" else f"forgets: maxmemory-policy is {policy}"


def _policy() -> str:
    told: Any = limits.client(settings.REDIS_URL).info("memory")
    return str(told.get("maxmemory_policy", "noeviction"))


def _printing() -> str:
    """Pango, HarfBuzz, our fonts, and the jail around them."""
    try:
        print_document(ONE_LINE)
    except DomainError as error:
        return f"fails: {error.detail}"
    return "ok"


def _backup_tools() -> str:
    try:
        ours, theirs = backups.tools_version(), _server_number() // 10_000
    except DomainError as error:
        return f"off: no backups from here ({error.detail})"
    return "ok" if ours >= theirs else f"off: pg_dump {ours} cannot read a server {theirs}"


def _beat() -> str:
    rows = clockwork.rows()
    if late := [row["name"] for row in rows if row["late"]]:
        return f"late: {', '.join(late)}"
    if failed := [row["name"] for row in rows if row["failed"]]:
        return f"failed last time: {', '.join(failed)}"
    if all(row["last"] is None for row in rows):
        return "off: it has not run here yet"
    return "ok"
