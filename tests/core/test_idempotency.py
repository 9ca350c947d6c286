import threading
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db.models.functions import Now

from tests.core.probe import ring, rung
from tests.races.parallel import together
from tutorme.core import idempotency
from tutorme.core.errors import (
    IdempotencyInFlight,
    IdempotencyKeyInvalid,
    IdempotencyKeyReused,
)
from tutorme.core.idempotency import Reserved, Stored, keep, release, reserve
from tutorme.core.models import IdempotencyRecord


def ask(owner: str = "sam", key: str = "k1", body: bytes = b"{}") -> Reserved | Stored:
    return reserve(owner=owner, method="POST", path="/orders/", key=key, body=body)


@pytest.mark.django_db
def test_the_second_asker_gets_the_first_answer() -> None:
    first = ask()
    assert isinstance(first, Reserved)
    keep(first, status=201, body=b'{"id":1}', headers={"Location": "/x/"})
    assert ask() == Stored(201, b'{"id":1}', {"Location": "/x/"})


@pytest.mark.django_db
def test_in_flight_other_body_and_other_owner() -> None:
    ask()
    with pytest.raises(IdempotencyInFlight):
        ask()
    with pytest.raises(IdempotencyKeyReused):
        ask(body=b"other")
    assert isinstance(ask(owner="otto"), Reserved)


@pytest.mark.django_db
def test_a_dead_holder_frees_the_key_after_the_lock() -> None:
    ask()
    IdempotencyRecord.objects.update(locked_until=Now() - timedelta(seconds=1))
    assert isinstance(ask(), Reserved)
    with pytest.raises(IdempotencyInFlight):
        ask()


@pytest.mark.django_db
def test_released_keys_are_new_again_and_old_ones_are_purged() -> None:
    first = ask()
    assert isinstance(first, Reserved)
    release(first)
    assert isinstance(ask(), Reserved)
    IdempotencyRecord.objects.update(created_at=Now() - timedelta(hours=25))
    assert idempotency.purge() == 1


@pytest.mark.parametrize("key", ["", "x" * 256, "tab\there", "é"])
def test_odd_keys_are_refused(key: str) -> None:
    with pytest.raises(IdempotencyKeyInvalid):
        idempotency.valid_key(key)


def test_what_exists_to_be_retried_is_never_kept() -> None:
    assert [
        code
        for code in (200, 201, 400, 401, 403, 404, 409, 422, 429, 500, 503)
        if idempotency.is_kept(code)
    ] == [
        200,
        201,
        400,
        404,
        422,
    ]


@pytest.mark.django_db(transaction=True)
def test_a_hundred_at_once_have_one_effect() -> None:
    def request() -> object:
        held = ask()
        if isinstance(held, Reserved):
            ring("order")
            keep(held, status=201, body=b"{}", headers={})
        return held

    together([request] * 50)
    assert rung("order") == 1


@pytest.mark.django_db(transaction=True)
def test_control_looking_before_writing_has_several_effects() -> None:
    """Everybody has looked before anybody writes: the order a look first cannot exclude."""
    looked = threading.Barrier(8)

    def request() -> bool:
        is_known = IdempotencyRecord.objects.filter(key="k1").exists()
        looked.wait(timeout=60)
        if is_known:
            return False
        IdempotencyRecord.objects.create(
            owner=str(uuid4()),
            method="POST",
            path="/",
            key="k1",
            fingerprint="",
            locked_until=Now(),
        )
        return True

    assert together([request] * 8) == [True] * 8
