"""What an operator's probes ask: is the process alive, can it do its work."""

from collections.abc import Callable

import redis
from django.conf import settings
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor

from tutorme.core import clock, limits

Check = Callable[[], str]


def _database() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return "ok"


def _migrations() -> str:
    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    return f"{len(plan)} not applied" if plan else "ok"


def _redis() -> str:
    limits.client(settings.REDIS_URL).ping()
    return "ok"


def _clock() -> str:
    return f"wrong by {clock.drift_s():.0f} s" if clock.is_wrong() else "ok"


def readiness() -> dict[str, str]:
    """Each part with "ok" or what is wrong with it, in words that give nothing away."""
    database = _outcome(_database)
    # A second wait for a database that is away would tell nobody anything.
    there = database == "ok"
    return {
        "database": database,
        "migrations": _outcome(_migrations) if there else database,
        "redis": _outcome(_redis),
        "clock": _outcome(_clock) if there else database,
    }


def _outcome(check: Check) -> str:
    try:
        return check()
    except (DatabaseError, redis.RedisError) as error:
        return f"unreachable ({type(error).__name__})"
