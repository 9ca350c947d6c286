"""The chain over the audit trail: whoever changes, adds or removes a row behind the database's back
is found.

One sealer at a time links what is committed, as for the ledger (docs/adr/0055, 0139). Digests are
made of the row as the database writes it down, so that one statement proves the whole chain. A
chain cut off at its end shows only against a head kept elsewhere: each sealing logs its head, and
Redis keeps the last that was proven. From there on the promise looks every few minutes, over the
whole once a day.
"""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import redis
import structlog
from django.conf import settings
from django.db import connection, transaction
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from tutorme.core.invariants import STUCK, holds
from tutorme.core.limits import client
from tutorme.core.models import AuditEntry, AuditSeal, AuditUnsealed

log = structlog.get_logger(__name__)

GENESIS = "0" * 64
_SEALER = 0x6175646974000001
_PROVEN = "audit:proven"
_WHOLE_EVERY = timedelta(days=1)
# So that no statement runs for long, however long the trail is.
_SLICE = 50_000
# All of an entry, by the columns' names, as text of the same shape for ever.
_CONTENT = """jsonb_build_array(e.id, e.actor_id, e.action, e.target_type, e.target_id, e.before,
    e.after, e.reason, e.request_id,
    to_char(e.created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US'))::text"""
_WAITING = f"""
SELECT e.id, {_CONTENT} FROM core_auditunsealed u JOIN core_auditentry e ON e.id = u.entry_id
ORDER BY e.id LIMIT %s
"""  # noqa: S608  text of ours
_BREAKS = f"""
SELECT s.sequence, e.action, e.target_type, e.target_id
FROM core_auditseal s JOIN core_auditentry e ON e.id = s.entry_id
LEFT JOIN core_auditseal p ON p.sequence = s.sequence - 1
WHERE s.sequence > %(after)s AND s.sequence <= %(until)s AND (
    s.previous <> coalesce(p.digest, %(genesis)s)
    OR (p.sequence IS NULL AND s.sequence <> 1)
    OR s.digest <> encode(sha256(convert_to(
        s.sequence || '|' || s.previous || '|' || {_CONTENT}, 'UTF8')), 'hex'))
ORDER BY s.sequence LIMIT 20
"""  # noqa: S608


def seal(*, limit: int = 2000) -> int:
    """Links what is committed and not linked; how many. Another sealer at work: 0."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [_SEALER])
        if not cursor.fetchone()[0]:
            return 0
        cursor.execute(_WAITING, [limit])
        rows = cursor.fetchall()
        if not rows:
            return 0
        links = _links(rows, AuditSeal.objects.order_by("-sequence").first())
        AuditSeal.objects.bulk_create(links)
        AuditUnsealed.objects.filter(pk__in=[link.entry_id for link in links]).delete()
    log.info("audit.sealed", sealed=len(links), head=_head(links[-1]))
    return len(links)


def _links(rows: list[tuple[UUID, str]], last: AuditSeal | None) -> list[AuditSeal]:
    sequence, previous = (last.sequence, last.digest) if last else (0, GENESIS)
    links = []
    for pk, content in rows:
        sequence += 1
        text = f"{sequence}|{previous}|{content}"
        link = hashlib.sha256(text.encode()).hexdigest()
        links.append(AuditSeal(sequence=sequence, entry_id=pk, previous=previous, digest=link))
        previous = link
    return links


def _head(link: AuditSeal) -> str:
    return f"{link.sequence}:{link.digest}"


def head() -> str:
    """To be kept elsewhere; empty where nothing is sealed yet."""
    last = AuditSeal.objects.order_by("-sequence").first()
    return _head(last) if last else ""


def holds_head(told: str) -> bool:
    """Whether a head that was kept elsewhere is a link of this chain."""
    sequence, _colon, digest = told.partition(":")
    return (
        sequence.isdecimal() and AuditSeal.objects.filter(sequence=sequence, digest=digest).exists()
    )


@dataclass(frozen=True)
class Proven:
    """Up to which head, and when the whole was read last."""

    head: str
    whole_at: datetime


@holds("audit-is-whole", _("Every entry of the audit trail is in its chain, unchanged."))
def _promise() -> Iterator[str]:
    """What came since the last look; the whole where it was not read for a day, or where
    something is wrong. Without Redis: the whole."""
    seen = proven()
    if seen and timezone.now() - seen.whole_at > _WHOLE_EVERY:
        seen = None
    broken = list(_broken(seen.head if seen else ""))
    _keep(None if broken else Proven(head(), seen.whole_at if seen else timezone.now()))
    yield from broken
    yield from _late()


def breaks() -> Iterator[str]:
    """Whatever is wrong with the whole chain."""
    yield from _broken("")
    yield from _late()


def _broken(since: str) -> Iterator[str]:
    after = int(since.partition(":")[0] or 0)
    if since and not holds_head(since):
        yield f"the chain was cut off, or written anew: it no longer holds {since}"
    last = AuditSeal.objects.order_by("-sequence").values_list("sequence", flat=True).first() or 0
    for start in range(after, last, _SLICE):
        yield from _broken_links(start, start + _SLICE)
    outside = AuditEntry.objects.filter(seal=None, unsealed=None)
    if after:
        # Keys rise with time.
        sealed = AuditSeal.objects.filter(sequence=after).values("entry_id")
        outside = outside.filter(pk__gt=sealed)
    for row in outside.order_by("pk")[:20]:
        yield f"outside the chain: {row}"


def _broken_links(after: int, until: int) -> Iterator[str]:
    with connection.cursor() as cursor:
        cursor.execute(_BREAKS, {"genesis": GENESIS, "after": after, "until": until})
        for sequence, action, target_type, target_id in cursor.fetchall():
            yield f"the chain breaks at {sequence}: {action} {target_type} {target_id}"


def _late() -> Iterator[str]:
    late = AuditUnsealed.objects.filter(entry__created_at__lt=Now() - STUCK).count()
    if late:
        yield f"{late} entries wait for their link since before {timezone.now() - STUCK:%F %T}"


def proven() -> Proven | None:
    """What the last look proved; None: the next one reads the whole."""
    try:
        kept: bytes | None = client(settings.REDIS_URL).get(_PROVEN)  # type: ignore[assignment]
    except redis.RedisError:
        return None
    if kept is None:
        return None
    told = json.loads(kept)
    return Proven(told["head"], datetime.fromisoformat(told["whole_at"]))


def forget_proven() -> None:
    """The database is another than the one that was looked at."""
    _keep(None)


def _keep(found: Proven | None) -> None:
    server = client(settings.REDIS_URL)
    try:
        if found is None:
            server.delete(_PROVEN)
            return
        told = {"head": found.head, "whole_at": found.whole_at.isoformat()}
        server.set(_PROVEN, json.dumps(told))
    except redis.RedisError as error:
        log.warning("audit.redis_away", error=type(error).__name__)
