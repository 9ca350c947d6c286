"""Health in detail, for those who run the site: this process, what it leans on, what waits, and the
providers. Everything is asked now; nothing here changes anything."""

import os
import platform
import resource
import shutil
import sys
import threading
import time
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any

import django
import redis
from django.conf import settings
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.db.models import Min, QuerySet
from django.utils import timezone

from tutorme.core import breaker, clockwork, health, invariants, limits, metrics, row_security
from tutorme.core.models import AuditUnsealed, InboxMessage, InvariantCheck, Job, OutboxDelivery

_BEGAN = time.monotonic()
_MIB = 2**20
# Less than this and uploads, the database or both stop soon.
_LEAST_FREE = 512 * _MIB


def detailed() -> dict[str, Any]:
    """`status` is ok; degraded where something asks for a person; down where work is impossible."""
    checks = {**health.readiness(), "media": media()}
    if any(not said.startswith("ok") for said in checks.values()):
        found = {"status": "down", "checks": checks, "process": _process()}
        return {**found, "environment": _environment(), **_nothing()}
    parts = {
        "queues": queues(),
        "schedules": _schedules(),
        "providers": providers(),
        "promises": _promises(),
        "disk": _disk(),
    }
    return {
        "status": "degraded" if _asks_for_somebody(parts) else "ok",
        "checks": checks,
        "process": _process(),
        "environment": _environment(),
        "database": _database(),
        "redis": _redis(),
        "migrations": _migrations(),
        **parts,
    }


def _nothing() -> dict[str, Any]:
    return {
        "database": {},
        "redis": {},
        "migrations": {},
        "queues": [],
        "schedules": {"known": 0, "late": [], "failed": [], "never": 0},
        "providers": [],
        "promises": {"holds": 0, "broken": [], "unknown": []},
        "disk": {},
    }


def _asks_for_somebody(parts: dict[str, Any]) -> bool:
    return bool(
        any(row["dead"] or row["oldest_s"] > 600 for row in parts["queues"])
        or parts["schedules"]["late"]
        or parts["schedules"]["failed"]
        or parts["promises"]["broken"]
        or any(row["breaker"] == "open" for row in parts["providers"])
        or parts["disk"]["free_bytes"] < _LEAST_FREE
    )


def _process() -> dict[str, Any]:
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return {
        "pid": os.getpid(),
        "uptime_s": int(time.monotonic() - _BEGAN),
        "threads": threading.active_count(),
        # Linux counts in KiB, macOS in bytes.
        "peak_memory_bytes": peak if sys.platform == "darwin" else peak * 1024,
        "python": platform.python_version(),
        "django": django.get_version(),
    }


def _environment() -> dict[str, Any]:
    return {
        "settings": os.environ.get("DJANGO_SETTINGS_MODULE", ""),
        "debug": settings.DEBUG,
        "address": settings.PUBLIC_BASE_URL,
        "second_factor": settings.ADMIN_SECOND_FACTOR,
        "switched_off": switched_off(),
    }


def switched_off() -> list[str]:
    """Features without their provider's settings."""
    needs = {
        "paid checkout": settings.PAYPAL["client_id"],
        "payment webhooks": settings.PAYPAL["webhook_id"],
        "mail": settings.EMAIL_HOST,
        "AI": settings.OPENROUTER["api_key"],
    }
    return [feature for feature, value in needs.items() if not value]


def media() -> str:
    """A file is written and gone again: a folder that is there may be another's, or full."""
    root = Path(settings.MEDIA_ROOT)
    try:
        root.mkdir(parents=True, exist_ok=True)
        with TemporaryFile(dir=root) as file:
            file.write(bytes(4096))
        free = shutil.disk_usage(root).free // _MIB
    except OSError as error:
        return f"not writable ({error.strerror})"
    return f"ok, {free} MiB free"


def _disk() -> dict[str, Any]:
    usage = shutil.disk_usage(settings.MEDIA_ROOT)
    return {"media": str(settings.MEDIA_ROOT), "free_bytes": usage.free, "total_bytes": usage.total}


_DATABASE = """
SELECT current_setting('server_version'), pg_database_size(current_database()),
       (SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()),
       current_setting('max_connections')::int,
       coalesce((SELECT max(extract(epoch FROM now() - xact_start)) FROM pg_stat_activity
                 WHERE datname = current_database() AND pid <> pg_backend_pid()), 0)::int
"""


def _database() -> dict[str, Any]:
    names = ("version", "size_bytes", "connections", "max_connections", "longest_transaction_s")
    try:
        with connection.cursor() as cursor:
            cursor.execute(_DATABASE)
            found = dict(zip(names, cursor.fetchone() or (), strict=True))
        return {**found, "row_security": row_security.state(connection)}
    except DatabaseError as error:
        return {"problem": type(error).__name__}


def _redis() -> dict[str, Any]:
    try:
        info: Any = limits.client(settings.REDIS_URL).info()
    except redis.RedisError as error:
        return {"problem": type(error).__name__}
    return {
        "version": str(info.get("valkey_version") or info.get("redis_version", "")),
        "memory_bytes": int(info.get("used_memory", 0)),
        "eviction": str(info.get("maxmemory_policy", "")),
        "clients": int(info.get("connected_clients", 0)),
    }


def _migrations() -> dict[str, Any]:
    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    return {
        "applied": len(executor.loader.applied_migrations),
        "waiting": [f"{one.app_label}.{one.name}" for one, _backwards in plan],
    }


def queues() -> list[dict[str, Any]]:
    """What waits, how long the oldest has been due, and what was given up."""
    return [
        _queue("outbox", OutboxDelivery.objects.all(), "pending", "dead"),
        _queue("inbox", InboxMessage.objects.all(), "received", "dead"),
        _queue("jobs", Job.objects.all(), "queued", "failed"),
        {
            "name": "audit chain",
            "waiting": AuditUnsealed.objects.count(),
            "oldest_s": _age(AuditUnsealed.objects.all(), "entry__created_at"),
            "dead": 0,
        },
    ]


def _queue(name: str, rows: QuerySet[Any], waiting: str, dead: str) -> dict[str, Any]:
    waits = rows.filter(state=waiting)
    return {
        "name": name,
        "waiting": waits.count(),
        "oldest_s": _age(waits, "run_after"),
        "dead": rows.filter(state=dead).count(),
    }


def _age(rows: QuerySet[Any], column: str) -> int:
    due = rows.aggregate(due=Min(column))["due"]
    return int(max(timedelta(), timezone.now() - due).total_seconds()) if due else 0


def _schedules() -> dict[str, Any]:
    rows = clockwork.rows()
    return {
        "known": len(rows),
        "late": [row["name"] for row in rows if row["late"]],
        "failed": [row["name"] for row in rows if row["failed"]],
        "never": sum(1 for row in rows if row["last"] is None),
    }


def providers() -> list[dict[str, Any]]:
    """What was called since Redis was emptied, how it went, and whether it is called now."""
    sums: dict[str, dict[str, float]] = {}
    for (provider, outcome), counts in metrics.calls().items():
        row = sums.setdefault(provider, {"calls": 0, "failed": 0, "seconds": 0.0})
        count = sum(value for bucket, value in counts.items() if bucket != "sum")
        row["calls"] += count
        row["failed"] += count if outcome in {"5xx", "failed"} else 0
        row["seconds"] += counts.get("sum", 0.0)
    states = breaker.states(sums)
    return [
        {
            "name": name,
            "breaker": states.get(name, "closed"),
            "calls": int(row["calls"]),
            "failed": int(row["failed"]),
            "mean_s": round(row["seconds"] / row["calls"], 3) if row["calls"] else 0.0,
        }
        for name, row in sorted(sums.items())
    ]


def _promises() -> dict[str, Any]:
    found = dict(InvariantCheck.objects.values_list("name", "state"))
    known = list(invariants.known())
    return {
        "holds": sum(1 for name in known if found.get(name) == "holds"),
        "broken": [name for name in known if found.get(name) == "broken"],
        "unknown": [name for name in known if found.get(name) not in {"holds", "broken"}],
    }
