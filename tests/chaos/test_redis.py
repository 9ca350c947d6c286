"""F5: Redis is away, silent, or has forgotten everything. It holds nothing that matters."""

import signal
import time
from collections import Counter

import pytest
import redis

from tests.chaos import sweep
from tests.chaos.house import SOON_S, House
from tests.chaos.load import Answer, Ask, is_good, send, told
from tests.chaos.quiet import machine_of_its_own
from tests.waiting import until
from tutorme.core.limits import Limit

pytestmark = [pytest.mark.slow, pytest.mark.processes]
GUESSES = 14


def guess(home: House) -> Answer:
    body = {"email": "tess@example.test", "password": "not this one"}
    return send(home.port, Ask("guess", "POST", "/api/v1/auth/token/", body=body))


def all_done_soon(answers: list[Answer]) -> None:
    assert all(is_good(one) for one in answers), told(answers)
    assert max(one.seconds for one in answers) < SOON_S, told(answers)


@machine_of_its_own
def test_killed_and_gone_for_a_while(whole: House) -> None:
    with whole.load() as load:
        whole.data.valkey.kill()
        guesses = [guess(whole) for _ in range(GUESSES)]
        load.until_normal()
        whole.data.valkey.start()
        load.until_normal()
    all_done_soon(load.history)
    seen = Counter(one.status for one in guesses)
    assert set(seen) <= {401, 429}, told(guesses)
    assert 0 < seen[401] <= 10, "the limit holds without Redis"
    whole.settle()


def test_silent(whole: House) -> None:
    with whole.load() as load:
        whole.data.valkey.signal_all(signal.SIGSTOP)
        load.until_normal()
        whole.data.valkey.signal_all(signal.SIGCONT)
        load.until_normal()
    all_done_soon(load.history)
    whole.settle()


def test_everything_forgotten_under_load(whole: House) -> None:
    """The queue's messages with it: the sweeps send them again."""
    with redis.Redis(port=whole.redis.port) as line, whole.load() as load:
        for _ in range(4):
            load.until_normal()
            line.flushall()
    all_done_soon(load.history)
    whole.settle()


def test_control_without_the_sweeps_what_was_forgotten_stays_undone(whole: House) -> None:
    """Beat stands still, so nobody looks for rows: what the broker forgot waits for it."""
    beat, worker = whole.stack.pids()["beat"], whole.stack.pids()["worker"]
    with redis.Redis(port=whole.redis.port) as line, whole.line() as rows:
        whole.stack.kill("beat", signal.SIGSTOP)
        whole.stack.kill("worker", signal.SIGSTOP)
        try:
            # A worker that stands still was asking for a message: it would find one in its hands.
            until(lambda: not asked_for_messages(line))
            who = whole.school.people[0]
            booked = send(whole.port, whole.school.book(who))
            assert booked.status == 201
            line.flushall()
            whole.stack.kill("worker", signal.SIGCONT)
            time.sleep(4)
            assert any(sweep.unfinished(rows)), "without the sweeps nothing comes back"
        finally:
            whole.stack.kill("worker", signal.SIGCONT)
            whole.stack.kill("beat", signal.SIGCONT)
    assert (beat, worker) == (whole.stack.pids()["beat"], whole.stack.pids()["worker"])
    whole.settle()


def asked_for_messages(line: "redis.Redis") -> bool:
    clients: list[dict[str, str]] = line.client_list()
    return any("b" in one["flags"] for one in clients)


def test_control_a_limit_that_asks_redis_alone_opens_or_breaks(whole: House) -> None:
    """What the usual limiter does where its Redis is away."""
    limit = Limit("naive", 1, 60)
    with redis.Redis(port=1, socket_timeout=1) as line, pytest.raises(redis.RedisError):
        line.incr(f"limit:{limit.name}:somebody")
