import math
import threading
import time

import pytest
from django.core.cache import cache

from tests.races.parallel import together
from tests.waiting import until
from tutorme.core.limits import Limit, forget, hit, hold

FIVE = Limit("test", 5, 60)
DEAD_REDIS = "redis://127.0.0.1:1/0"


@pytest.mark.django_db(transaction=True)
def test_forty_at_once_pass_exactly_the_limit() -> None:
    verdicts = together([lambda: hit(FIVE, "guess")] * 40)
    assert sum(verdict.allowed for verdict in verdicts) == 5


@pytest.mark.django_db(transaction=True)
def test_forty_at_once_pass_exactly_the_limit_with_redis_away(settings) -> None:
    settings.REDIS_URL = DEAD_REDIS
    verdicts = together([lambda: hit(FIVE, "guess")] * 40)
    assert sum(verdict.allowed for verdict in verdicts) == 5


@pytest.mark.django_db(transaction=True)
def test_control_reading_before_writing_lets_more_through() -> None:
    """Everybody has read before anybody writes: the order a read first cannot exclude."""
    read = threading.Barrier(8)

    def naive() -> bool:
        history = cache.get("naive", [])
        read.wait(timeout=60)
        if len(history) >= FIVE.count:
            return False
        cache.set("naive", [*history, 1], 60)
        return True

    assert together([naive] * 8) == [True] * 8


@pytest.mark.django_db
def test_a_refusal_says_when_to_come_back_and_success_forgets() -> None:
    started = time.monotonic()
    for _ in range(5):
        assert hit(FIVE, "sam").allowed
    refused = hit(FIVE, "sam")
    assert not refused.allowed
    passed_s = math.ceil(time.monotonic() - started)
    assert 60 - passed_s - 1 <= refused.retry_after_s <= 60
    assert hit(FIVE, "otto").allowed
    forget(FIVE, "sam")
    assert hit(FIVE, "sam").allowed


@pytest.mark.django_db
@pytest.mark.parametrize("redis_is_there", [True, False])
def test_who_is_called_may_ask_all_of_us_for_a_pause(settings, redis_is_there: bool) -> None:
    if not redis_is_there:
        settings.REDIS_URL = DEAD_REDIS
    assert hit(FIVE, "graphy").allowed
    hold(FIVE, "graphy", 120)
    refused = hit(FIVE, "graphy")
    assert not refused.allowed
    assert 60 < refused.retry_after_s <= 121
    assert hit(FIVE, "another account").allowed


@pytest.mark.django_db
@pytest.mark.parametrize("redis_is_there", [True, False])
def test_a_pause_ends(settings, redis_is_there: bool) -> None:
    if not redis_is_there:
        settings.REDIS_URL = DEAD_REDIS
    hold(FIVE, "graphy", 0.05)
    until(lambda: hit(FIVE, "graphy").allowed)
