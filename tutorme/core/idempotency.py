"""Idempotency keys (Stripe's rules, with the wart of replayed 5xx left out).

(owner, method, path, key) is reserved before the work, answered from the record afterwards.
409, 429 and 5xx exist to be tried again, 401 and 403 once one has shown who one is: none of them
is kept. A reservation whose process died is free again after `LOCK`; what the dead request had
committed is found by the service itself, which is why services that move money also keep the key
in a unique column of their own row.
"""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from django.db import transaction
from django.db.models.functions import Now

from tutorme.core.errors import IdempotencyInFlight, IdempotencyKeyInvalid, IdempotencyKeyReused
from tutorme.core.models import IdempotencyRecord

LOCK = timedelta(seconds=60)
KEPT = timedelta(hours=24)
_MAX_KEY = 255


@dataclass(frozen=True)
class Stored:
    status: int
    body: bytes
    headers: dict[str, str]


@dataclass(frozen=True)
class Reserved:
    record_id: UUID


def valid_key(key: str) -> str:
    if not 1 <= len(key) <= _MAX_KEY or not (key.isascii() and key.isprintable()):
        raise IdempotencyKeyInvalid
    return key


def fingerprint(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()


def reserve(*, owner: str, method: str, path: str, key: str, body: bytes) -> Reserved | Stored:
    """Either the right to do the work, or the answer it had; raises where neither is possible."""
    print_ = fingerprint(body)
    record = IdempotencyRecord(
        owner=owner,
        method=method,
        path=path,
        key=key,
        fingerprint=print_,
        locked_until=Now() + LOCK,
    )
    IdempotencyRecord.objects.bulk_create([record], ignore_conflicts=True)
    kept = IdempotencyRecord.objects.filter(owner=owner, method=method, path=path, key=key).first()
    if kept is None:
        # Released between our two statements by a request that must be tried again anyway.
        raise IdempotencyInFlight
    if kept.pk == record.pk:
        return Reserved(kept.pk)
    if kept.fingerprint != print_:
        raise IdempotencyKeyReused
    return _answer(kept)


def _answer(kept: IdempotencyRecord) -> Reserved | Stored:
    if kept.status is not None:
        return Stored(kept.status, bytes(kept.body or b""), kept.headers)
    taken_over = IdempotencyRecord.objects.filter(
        pk=kept.pk, status__isnull=True, locked_until__lt=Now()
    ).update(locked_until=Now() + LOCK)
    if not taken_over:
        raise IdempotencyInFlight
    return Reserved(kept.pk)


def keep(reserved: Reserved, *, status: int, body: bytes, headers: dict[str, str]) -> None:
    IdempotencyRecord.objects.filter(pk=reserved.record_id).update(
        status=status, body=body, headers=headers
    )


def release(reserved: Reserved) -> None:
    IdempotencyRecord.objects.filter(pk=reserved.record_id, status__isnull=True).delete()


@contextmanager
def once(*, owner: str, path: str, key: str) -> Iterator[bool]:
    """For a form of a page: whether there is still something to do. What is done inside and the
    record of it are one transaction. `IdempotencyInFlight` while somebody else is inside."""
    held = reserve(owner=owner, method="POST", path=path[:400], key=key, body=b"")
    if isinstance(held, Stored):
        yield False
        return
    try:
        with transaction.atomic():
            yield True
            keep(held, status=204, body=b"", headers={})
    finally:
        # What was kept has its answer, and stays.
        release(held)


def is_kept(status: int) -> bool:
    return status < 500 and status not in {401, 403, 409, 429}


def purge(*, older_than: timedelta = KEPT) -> int:
    deleted, _ = IdempotencyRecord.objects.filter(created_at__lt=Now() - older_than).delete()
    return deleted
