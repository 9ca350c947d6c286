"""Figures for Prometheus: `/metrics`.

Three sources. What a web process does itself (requests, queries) is counted by prometheus_client,
over all processes of one machine where PROMETHEUS_MULTIPROC_DIR names a directory. Calls to
providers are counted in Redis, since workers make most of them and nobody scrapes a worker. What
the rows say is read at the scrape, at most every fifteen seconds: apps declare it in `figures.py`.

    @metrics.figures
    def mail() -> Iterator[Figure]:
        yield Figure("tutorme_mails", "Mails by state.", 3, state="sent")
"""

import os
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

import redis
import structlog
from django.conf import settings
from django.core.cache import cache
from prometheus_client import REGISTRY, CollectorRegistry, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from tutorme.core import tracing
from tutorme.core.limits import client

log = structlog.get_logger(__name__)

QUERY_SECONDS = Histogram(
    "tutorme_query_seconds",
    "Time of one statement at the database.",
    buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5),
)
_CALL_BUCKETS = (0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 20.0)
_CALLS = "metrics:calls"
_FRESH_S = 15


class Figure:
    """One number with its labels. Names end in their unit; `help_text` is one sentence."""

    def __init__(self, name: str, help_text: str, value: float, **labels: str) -> None:
        self.name, self.help_text, self.value, self.labels = name, help_text, value, labels


Source = Callable[[], Iterator[Figure]]
_sources: list[Source] = []


def figures(source: Source) -> Source:
    _sources.append(source)
    return source


def timed(execute: Any, sql: Any, params: Any, many: bool, context: Any) -> Any:  # noqa: FBT001
    """An execute wrapper; Django passes `many` by position."""
    began = time.perf_counter()
    try:
        if not tracing.is_on():
            return execute(sql, params, many, context)
        words = {"db.system.name": "postgresql", "db.query.text": str(sql)[:1000]}
        with tracing.span("query", kind="client", **words):
            return execute(sql, params, many, context)
    finally:
        QUERY_SECONDS.observe(time.perf_counter() - began)


@dataclass(frozen=True)
class Call:
    provider: str
    outcome: str
    seconds: float


def count_call(call: Call) -> None:
    """Kept in Redis for all processes; a figure is not worth a failed call. What comes after a
    colon names one of many behind the same entrance, and makes no series of its own."""
    key = f"{call.provider.partition(':')[0]}|{call.outcome}"
    bucket = next((str(top) for top in _CALL_BUCKETS if call.seconds <= top), "+Inf")
    try:
        pipe = client(settings.REDIS_URL).pipeline(transaction=False)
        pipe.hincrby(_CALLS, f"{key}|{bucket}", 1)
        pipe.hincrbyfloat(_CALLS, f"{key}|sum", call.seconds)
        pipe.execute()
    except redis.RedisError as error:
        log.warning("metrics.redis_away", error=type(error).__name__)


def render() -> bytes:
    """The text format of Prometheus."""
    registry: CollectorRegistry = REGISTRY
    if os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
        registry = CollectorRegistry()
        MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    rows = CollectorRegistry()
    rows.register(_Rows())
    return generate_latest(registry) + generate_latest(rows)


class _Rows(Collector):
    def collect(self) -> Iterable[Metric]:
        yield from _families(cache.get_or_set("metrics:figures", _all_figures, _FRESH_S) or [])
        yield from _calls()


def _all_figures() -> list[Figure]:
    return [figure for source in _sources for figure in source()]


def _families(found: list[Figure]) -> Iterator[Metric]:
    families: dict[str, GaugeMetricFamily] = {}
    for row in found:
        names = sorted(row.labels)
        make = partial(GaugeMetricFamily, row.name, row.help_text, labels=names)
        family = families.get(row.name) or families.setdefault(row.name, make())
        family.add_metric([row.labels[name] for name in names], row.value)
    yield from families.values()


def _calls() -> Iterator[Metric]:
    told = "Calls to providers, over all processes."
    labels = ["provider", "outcome"]
    family = HistogramMetricFamily("tutorme_provider_seconds", told, labels=labels)
    for call, counts in sorted(calls().items()):
        family.add_metric(list(call), _cumulative(counts), counts.get("sum", 0.0))
    yield family


def calls() -> dict[tuple[str, str], dict[str, float]]:
    """By provider and outcome: how many took at most so many seconds, and the `sum` of seconds."""
    try:
        kept: dict[bytes, bytes] = client(settings.REDIS_URL).hgetall(_CALLS)  # type: ignore[assignment]
    except redis.RedisError:
        return {}
    found: dict[tuple[str, str], dict[str, float]] = {}
    for field, value in kept.items():
        provider, outcome, bucket = field.decode().split("|")
        found.setdefault((provider, outcome), {})[bucket] = float(value)
    return found


def _cumulative(counts: dict[str, float]) -> list[tuple[str, float]]:
    total, rows = 0.0, []
    for top in (*map(str, _CALL_BUCKETS), "+Inf"):
        total += counts.get(top, 0.0)
        rows.append((top, total))
    return rows
