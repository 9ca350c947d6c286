"""F12, F13, F15: a provider dribbles or breaks off, the mail server is away; the rest goes on."""

import time

import httpx
import pytest
import redis

from tests.chaos import mails
from tests.chaos.house import SOON_S, UP_S, House
from tests.chaos.load import NOT_NOW, Answer, Load, is_good, told
from tests.chaos.quiet import machine_of_its_own
from tests.waiting import until
from tutorme.core import breaker

pytestmark = [pytest.mark.slow, pytest.mark.processes]
# PayPal's door gives a call twenty seconds in all.
DEADLINE_S = 20.0


def orders(answers: list[Answer]) -> list[Answer]:
    return [one for one in answers if one.kind == "order"]


def the_rest_is_untouched(answers: list[Answer]) -> None:
    others = [one for one in answers if one.kind != "order"]
    assert others, "the load went on"
    assert all(is_good(one) for one in others), told(others)
    ordered = sorted(one.seconds for one in others)
    assert ordered[int(0.9 * len(ordered))] < DEADLINE_S / 2, "who buys nothing does not wait"


def until_resting(load: Load) -> None:
    """The breaker is open: orders are refused at once."""

    def refused(answers: list[Answer]) -> bool:
        return any(one.status == NOT_NOW and one.seconds < 2 for one in orders(answers))

    load.wait_for(refused, within_s=DEADLINE_S + SOON_S)


def wake(home: House) -> None:
    """The rest of thirty seconds ends now."""
    with redis.Redis(port=home.redis.port) as line:
        for name in line.scan_iter("breaker:*:opened_at"):
            line.delete(name)


@machine_of_its_own
@pytest.mark.parametrize("mode", ["trickle", "cut"])
def test_a_provider_that_dribbles_or_breaks_off(whole: House, mode: str) -> None:
    with whole.load(buying=True) as load:
        whole.providers.set(mode, bytes_a_second=1, after_bytes=40)
        until_resting(load)
        whole.providers.set("pass")
        wake(whole)
        load.wait_for(lambda found: any(is_good(one) for one in orders(found)))
    answers = load.history
    the_rest_is_untouched(answers)
    assert {one.status for one in orders(answers)} <= {201, NOT_NOW}, told(orders(answers))
    assert max(one.seconds for one in orders(answers)) < DEADLINE_S + SOON_S
    whole.settle()


def test_control_without_a_breaker_everybody_waits_to_the_end(whole: House) -> None:
    """A plain client with the same time limits: the seventh waits as long as the first did."""
    whole.providers.set("refuse")
    began = time.monotonic()
    for _ in range(breaker.FAILURES_TO_OPEN + 2):
        with pytest.raises(httpx.HTTPError):
            httpx.get(f"http://127.0.0.1:{whole.providers.port}/", timeout=2)
    whole.providers.set("blackhole")
    with pytest.raises(httpx.HTTPError):
        httpx.get(f"http://127.0.0.1:{whole.providers.port}/", timeout=2)
    assert time.monotonic() - began > 2


def test_the_mail_server_is_away_and_every_mail_arrives_once(whole: House) -> None:
    """Away for whoever comes; a line that is cut with a text on it would leave that in doubt."""
    began = mails.moment(whole)
    with whole.load() as load:
        whole.mail.set("shut")
        with whole.line() as line:
            until(lambda: mails.waiting(line), within_s=UP_S)
        whole.mail.set("pass")
    assert all(is_good(one) for one in load.history), told(load.history)
    whole.settle()
    mails.each_arrived_once(whole, since=began)
